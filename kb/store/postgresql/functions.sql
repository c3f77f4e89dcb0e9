-- What SQLite has of itself and the statements of `kb.store` ask for, and its triggers.
--
-- Where a statement calls `casefold`, PostgreSQL is asked for `kb_casefold`: its own would fold as the database sorts.

CREATE FUNCTION json_extract(data text, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    -- One value of a JSON text, as SQLite gives it: true is 1, and what is no plain value is JSON.
    SELECT CASE json_typeof(found) WHEN 'boolean' THEN CASE found::text WHEN 'true' THEN '1' ELSE '0' END
        ELSE found #>> '{}' END
    FROM (SELECT replace(data, '\u0000', '\ufffd')::json
        #> string_to_array(btrim(replace(replace(replace(path, '$', ''), '[', '.'), ']', ''), '.'), '.')) AS one(found)
$$;
CREATE FUNCTION json_each(data text, OUT key bigint, OUT value text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20 AS $$
    SELECT number - 1, one FROM json_array_elements_text(replace(data, '\u0000', '\ufffd')::json)
        WITH ORDINALITY AS each(one, number)
$$;
CREATE FUNCTION json_each(data text, path text, OUT key bigint, OUT value text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 20 AS $$
    SELECT each.key, each.value FROM json_each(coalesce(json_extract(data, path), '[]')) AS each
$$;
CREATE FUNCTION json_set(data text, path text, number bigint) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT jsonb_set(replace(data, '\u0000', '\ufffd')::jsonb, string_to_array(substr(path, 3), '.'),
        to_jsonb(number))::text
$$;
CREATE FUNCTION instr(whole text, part text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT strpos(whole, part)
$$;
CREATE FUNCTION julianday(moment text) RETURNS double precision LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT extract(epoch FROM moment::timestamptz)::double precision / 86400 + 2440587.5
$$;
DO $$
DECLARE folded text := CASE
    WHEN current_setting('server_version_num')::integer >= 180000 THEN 'casefold(value COLLATE pg_unicode_fast)'
    WHEN current_setting('server_version_num')::integer >= 170000 THEN 'lower(value COLLATE pg_c_utf8)'
    ELSE 'lower(value COLLATE "default")' END;
BEGIN
    EXECUTE format('CREATE FUNCTION kb_casefold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE'
        ' AS $body$ SELECT %s $body$', folded);
END $$;

CREATE INDEX entries_severity ON entries(json_extract(data, '$.severity'), status)
    WHERE json_extract(data, '$.severity') IS NOT NULL;

CREATE FUNCTION event_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE new.kind
    WHEN 'opened' THEN
        IF new.subject IS NOT NULL THEN
            INSERT INTO open_incidents VALUES (new.subject, new.id, new.action, NULL) ON CONFLICT (subject) DO UPDATE
                SET opened = excluded.opened, title = excluded.title, resolved = NULL;
        END IF;
    WHEN 'resolution' THEN
        UPDATE open_incidents SET resolved = new.at WHERE subject = new.subject;
    WHEN 'closed' THEN
        DELETE FROM open_incidents WHERE subject = new.subject;
    WHEN 'reopened' THEN
        PERFORM opens_again(new.subject, NULL);
    WHEN 'merged_into' THEN
        INSERT INTO merged_incidents VALUES (new.subject, json_extract(new.data, '$.into'))
            ON CONFLICT (incident) DO UPDATE SET into_incident = excluded.into_incident;
        DELETE FROM open_incidents WHERE subject = new.subject;
    WHEN 'split_from' THEN
        DELETE FROM merged_incidents WHERE incident = new.subject;
        IF coalesce(json_extract(new.data, '$.closed'), '0') = '0' THEN
            PERFORM opens_again(new.subject, json_extract(new.data, '$.resolved'));
        END IF;
    ELSE
    END CASE;
    RETURN NULL;
END $$;
CREATE FUNCTION opens_again(incident text, resolved_at text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO open_incidents SELECT subject, id, action, resolved_at FROM events
        WHERE subject = incident AND kind = 'opened' ORDER BY id DESC LIMIT 1
        ON CONFLICT (subject) DO UPDATE
        SET opened = excluded.opened, title = excluded.title, resolved = excluded.resolved
$$;
CREATE TRIGGER event_added AFTER INSERT ON events FOR EACH ROW WHEN (new.kind != 'note')
    EXECUTE FUNCTION event_added();

CREATE FUNCTION entry_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entries SET created_at = swept.created_at FROM swept_entries swept
        WHERE swept.id = new.id AND entries.id = new.id;
    DELETE FROM swept_entries WHERE id = new.id;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_back AFTER INSERT ON entries FOR EACH ROW EXECUTE FUNCTION entry_back();

-- A row of an index takes 2,700 bytes at most: what is longer than a word can be is not looked for by words.
CREATE FUNCTION words_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO postings SELECT term, new.rowid, count(*) FROM unnest(string_to_array(new.terms, ' ')) AS term
        WHERE length(term) <= 500 GROUP BY term;
    RETURN NULL;
END $$;
CREATE TRIGGER words_added AFTER INSERT ON chunk_terms FOR EACH ROW EXECUTE FUNCTION words_added();
CREATE FUNCTION words_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM postings WHERE chunk = old.rowid AND term = ANY (string_to_array(old.terms, ' '));
    RETURN NULL;
END $$;
CREATE TRIGGER words_gone AFTER DELETE ON chunk_terms FOR EACH ROW EXECUTE FUNCTION words_gone();
CREATE FUNCTION word_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN length(new.term) <= 500 THEN new END;
END $$;
CREATE TRIGGER word_counted BEFORE INSERT ON term_entries FOR EACH ROW EXECUTE FUNCTION word_counted();
