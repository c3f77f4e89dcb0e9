-- Tenants: every row belongs to one, and no connection sees or writes rows of another.
--
-- Taken when the first tenant opens the database, and again behind every later step: tables that are new get the same.
-- What was there before belongs to 'shared'.  Which tenant a connection is of, it is told as it is made (`kb.tenant`);
-- one that was not told gets an error.  Views and triggers see what the connection sees.

DO $$
DECLARE
    made text;
    keyed record;
BEGIN
    FOR made IN SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> 'schema_steps'
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant')
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN tenant TEXT NOT NULL DEFAULT ''shared''', made);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN tenant SET DEFAULT current_setting(''kb.tenant'')', made);
        FOR keyed IN SELECT k.conname, CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END AS sort,
            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY n.place)
                FROM unnest(k.conkey) WITH ORDINALITY AS n(number, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.number) AS names
            FROM pg_constraint k WHERE k.conrelid = made::regclass AND k.contype IN ('p', 'u')
        LOOP
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I, ADD CONSTRAINT %I %s (tenant, %s)',
                made, keyed.conname, keyed.conname, keyed.sort, keyed.names);
        END LOOP;
        IF made = 'writes' THEN
            ALTER TABLE writes ADD PRIMARY KEY (tenant);
        END IF;
        EXECUTE format('CREATE POLICY tenant ON %I USING (tenant = current_setting(''kb.tenant''))', made);
    END LOOP;
    FOR made IN SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> 'schema_steps'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', made);
    END LOOP;
    FOR made IN SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER VIEW %I SET (security_invoker = true)', made);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION event_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE new.kind
    WHEN 'opened' THEN
        IF new.subject IS NOT NULL THEN
            INSERT INTO open_incidents VALUES (new.subject, new.id, new.action, NULL, new.tenant)
                ON CONFLICT (tenant, subject) DO UPDATE
                SET opened = excluded.opened, title = excluded.title, resolved = NULL;
        END IF;
    WHEN 'resolution' THEN
        UPDATE open_incidents SET resolved = new.at WHERE subject = new.subject AND tenant = new.tenant;
    WHEN 'closed' THEN
        DELETE FROM open_incidents WHERE subject = new.subject AND tenant = new.tenant;
    WHEN 'reopened' THEN
        PERFORM opens_again(new.subject, NULL);
    WHEN 'merged_into' THEN
        INSERT INTO merged_incidents VALUES (new.subject, json_extract(new.data, '$.into'), new.tenant)
            ON CONFLICT (tenant, incident) DO UPDATE SET into_incident = excluded.into_incident;
        DELETE FROM open_incidents WHERE subject = new.subject AND tenant = new.tenant;
    WHEN 'split_from' THEN
        DELETE FROM merged_incidents WHERE incident = new.subject AND tenant = new.tenant;
        IF coalesce(json_extract(new.data, '$.closed'), '0') = '0' THEN
            PERFORM opens_again(new.subject, json_extract(new.data, '$.resolved'));
        END IF;
    ELSE
    END CASE;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION opens_again(incident text, resolved_at text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO open_incidents SELECT subject, id, action, resolved_at, tenant FROM events
        WHERE subject = incident AND kind = 'opened' AND tenant = current_setting('kb.tenant')
        ORDER BY id DESC LIMIT 1
        ON CONFLICT (tenant, subject) DO UPDATE
        SET opened = excluded.opened, title = excluded.title, resolved = excluded.resolved
$$;
CREATE OR REPLACE FUNCTION entry_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entries SET created_at = swept.created_at FROM swept_entries swept
        WHERE swept.id = new.id AND entries.id = new.id AND swept.tenant = new.tenant AND entries.tenant = new.tenant;
    DELETE FROM swept_entries WHERE id = new.id AND tenant = new.tenant;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION words_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO postings SELECT term, new.rowid, count(*), new.tenant
        FROM unnest(string_to_array(new.terms, ' ')) AS term WHERE length(term) <= 500 GROUP BY term;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION words_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM postings
        WHERE chunk = old.rowid AND term = ANY (string_to_array(old.terms, ' ')) AND tenant = old.tenant;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION outcomes_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outcome_sums SELECT entry_id, new_mark(), '', tenant FROM (SELECT DISTINCT entry_id, tenant FROM added) AS one
        ON CONFLICT (tenant, entry_id) DO UPDATE SET mark = excluded.mark, sums = '';
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION outcomes_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outcome_sums SET mark = new_mark(), sums = ''
        WHERE (tenant, entry_id) IN (SELECT tenant, entry_id FROM gone);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION lookups_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outcome_sums SET mark = new_mark(), sums = '' WHERE (tenant, entry_id) IN
        (SELECT o.tenant, o.entry_id FROM outcomes o JOIN gone ON o.lookup_id = gone.id AND o.tenant = gone.tenant);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION incident_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(old) ELSE to_jsonb(new) END;
    named text := CASE TG_TABLE_NAME WHEN 'events' THEN row->>'subject' ELSE row->>'id' END;
BEGIN
    UPDATE outcome_sums SET mark = new_mark(), sums = '' WHERE tenant = row->>'tenant' AND entry_id IN
        (SELECT entry_id FROM outcomes WHERE incident = named AND tenant = row->>'tenant');
    RETURN NULL;
END $$;
