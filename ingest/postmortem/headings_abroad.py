"""Headings and labels of incident reports in other languages than English and German: Spanish, Portuguese, French,
Japanese and Chinese.  Pure data; what the reader does with them does not depend on the language.

`WORDINGS` gives the part that a heading announces, by the name of the part; `LABELS` the English label that a label of
a fact stands for.
"""

from __future__ import annotations

WORDINGS: tuple[tuple[str, str], ...] = (
    (
        "luck",
        r"(?:tuvimos|con) suerte|tivemos sorte|\bchance\b|運が良かった|幸运",
    ),
    (
        "went wrong",
        r"(?:lo )?que (?:salió mal|falló|no funcionó|deu errado)|(?:ce )?qui n'a pas"
        r"|改善が必要|うまくいかなかった|不足|做得不好",
    ),
    (
        "went well",
        r"(?:lo )?que (?:salió bien|funcionó|funcionou|deu certo)|(?:ce )?qui a (?:bien )?(?:marché|fonctionné)"
        r"|うまくいった|良かった|做得好",
    ),
    (
        "timeline",
        r"línea (?:de|del) tiempo|linha do tempo|cronolog[íi]a|déroul(?:é|ement)|タイムライン|時系列|経緯"
        r"|时间线|時間線|经过|事件过程",
    ),
    ("prevention", r"(?:acciones|medidas|ações) preventivas|prevención|prevenção|prévention|再発防止|预防"),
    (
        "actions",
        r"acciones (?:correctivas|pendientes|de seguimiento)|ações corretivas|próximos pass?os|actions correctives"
        r"|plan d'action|prochaines étapes|アクション(?:アイテム|プラン)|今後の対応|対策"
        r"|后续|後續|改进(?:项|措施)|行动项|待办",
    ),
    ("cause", r"causas?[ -](?:ra[íi]z|raiz)|^causas?\b|causes? racines?|porqués|原因|なぜなぜ|寄与要因|根因"),
    (
        "resolution",
        r"resoluci[óo]n|resolu[çc][ãa]o|résolution|soluci[óo]n|solu[çc][ãa]o|recuperaci[óo]n"
        r"|acciones tomadas|ações tomadas|rétablissement|復旧|解決|修正内容|修复|修復|解决|恢复|處理過程|处理过程",
    ),
    ("mitigation", r"mitigaci[óo]n|mitiga[çc][ãa]o|atténuation|緩和|暫定対応|応急|缓解"),
    ("lessons", r"lecciones|aprendizajes|lições|leçons|enseignements|教訓|学び|教训|经验"),
    ("impact", r"impacto|影響|影响"),
    ("detection", r"detecci[óo]n|detec[çc][ãa]o|détection|検知|発見"),
    (
        "summary",
        r"resumen|resumo|résumé|qué pasó|o que aconteceu|サマリー?|概要|摘要|概述|现象|現象|^问题$|^問題$",
    ),
    ("investigation", r"investigaci[óo]n|investiga[çc][ãa]o|enquête|調査|排查"),
    ("other", r"referencias|referências|références|métricas|参考|メタデータ|关联"),
)

LABELS: dict[str, str] = {
    "fecha": "date",
    "fecha del incidente": "incident date",
    "data do incidente": "incident date",
    "date de l'incident": "incident date",
    "inicio": "started",
    "início": "started",
    "日付": "date",
    "日時": "date",
    "発生日": "incident date",
    "発生日時": "incident date",
    "影響期間": "incident date",
    "日期": "date",
    "发生时间": "incident date",
    "severidad": "severity",
    "gravedad": "severity",
    "severidade": "severity",
    "gravité": "severity",
    "重大度": "severity",
    "严重程度": "severity",
    "影響サービス": "affected services",
    "servicios afectados": "affected services",
    "services affectés": "affected services",
    "影响服务": "affected services",
    "autor": "author",
    "auteur": "author",
}
