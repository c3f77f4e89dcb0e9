"""A Celery worker on Redis."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_APP = """import os, time
from celery import Celery
app = Celery("orders", broker="redis://127.0.0.1:@port@/0", backend="redis://127.0.0.1:@port@/1")
app.conf.update(broker_connection_retry_on_startup=True, broker_connection_max_retries=2, task_time_limit=2, worker_hijack_root_logger=True)
@app.task(name="orders.price")
def price(name):
    return {"tea": 3}[name]
@app.task(name="orders.wait")
def wait():
    time.sleep(20)
@app.task(name="orders.die")
def die():
    os._exit(7)
@app.task(name="orders.retry", bind=True, max_retries=1, default_retry_delay=0.2)
def retry(self):
    try:
        raise ConnectionError("billing does not answer @user@")
    except ConnectionError as error:
        raise self.retry(exc=error)
@app.task(name="orders.set")
def unserializable():
    return object()
"""
_ENV = "PYTHONPATH=/opt/celery:@dir@"


def _send(task: str, args: str = "") -> str:
    return f"{_ENV} python3 -c \"import orders; orders.app.send_task('{task}', [{args}])\""


_app = partial(edit, "orders.py")

SOURCES = (
    Server(
        name="celery",
        packages=Packages(
            ("/opt/celery/celery", "redis-server"),
            apt=("redis-server",),
            pip=(
                "celery==5.7.0",
                "redis==8.1.0",
                "kombu==5.7.0",
                "amqp==5.4.2",
                "billiard==4.3.2",
                "vine==5.1.0",
                "click==8.5.1",
                "click-didyoumean==0.3.1",
                "click-plugins==1.1.1.2",
                "click-repl==0.4.1",
                "prompt-toolkit==3.0.53",
                "python-dateutil==2.9.0.post0",
                "six==1.17.0",
                "typing-extensions==4.16.0",
                "tzlocal==5.4.5",
                "wcwidth==0.9.4",
                "packaging==26.4",
                "async-timeout==5.0.1",
            ),
            folder="celery",
        ),
        version=f"{_ENV} python3 -c 'import celery; print(celery.__version__)'",
        files={"orders.py": _APP},
        around=("redis-server --port @port@ --bind 127.0.0.1 --save '' > /dev/null 2>&1 & sleep 1",),
        start=f"env {_ENV} python3 -m celery -A orders worker --loglevel=INFO -c 1 -n orders@%h",
        ready="grep -q ' ready' printed.log",
        workload=(_send("orders.price", "'tea'"), step("pause", 1.0)),
        patience=90.0,
        faults=(
            Fault(
                "task_raises",
                r"^KeyError: 'coffee'",
                do=(_send("orders.price", "'coffee'"), step("pause", 1.0)),
            ),
            Fault("task_time_limit", r"(?i)Hard time limit", do=(_send("orders.wait"), step("pause", 4.0))),
            Fault("worker_lost", r"(?i)WorkerLostError", do=(_send("orders.die"), step("pause", 2.0))),
            Fault(
                "unknown_task",
                r"(?i)Received unregistered task",
                do=(_send("orders.billing"), step("pause", 1.0)),
            ),
            Fault(
                "max_retries", r"^ConnectionError: billing", do=(_send("orders.retry"), step("pause", 2.0))
            ),
            Fault("not_serializable", r"EncodeError: Object", do=(_send("orders.set"), step("pause", 1.0))),
            Fault("bad_arguments", r"^TypeError: ", do=(_send("orders.price"), step("pause", 1.0))),
            Fault("broker_refused", r"(?i)Cannot connect to redis.*refused", before=(), starts=False),
            Fault(
                "broker_lost",
                r"(?i)connection to broker lost|Connection (refused|closed)",
                do=("pkill redis-server", step("pause", 4.0)),
            ),
            Fault(
                "import_error",
                r"(?i)No module named 'billing'",
                edits=_app("import os, time", "import os, time, billing"),
                starts=False,
            ),
            Fault(
                "app_missing", r"^NameError: ", edits=_app("app = Celery", "celeryapp = Celery"), starts=False
            ),
        ),
    ),
)
