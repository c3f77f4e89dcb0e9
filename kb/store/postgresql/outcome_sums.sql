-- What the outcomes of each entry add up to, as SQLite's step 18 has it.  Its triggers act on all rows of a statement at
-- once, so that a home that moves in, with thousands of outcomes of one entry, changes the entry's row once a statement.
CREATE TABLE outcome_sums (         -- of every entry that has an outcome; the triggers below see to it
    entry_id TEXT PRIMARY KEY,
    mark BIGINT NOT NULL,           -- another one whenever its outcomes, or what they count for, change
    sums TEXT NOT NULL              -- what they add up to, as JSON; empty: not added up since
);
CREATE FUNCTION new_mark() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT hashtextextended(gen_random_uuid()::text, 0)
$$;
INSERT INTO outcome_sums SELECT entry_id, new_mark(), '' FROM (SELECT DISTINCT entry_id FROM outcomes) AS one;
CREATE INDEX outcomes_refused ON outcomes(entry_id) WHERE result = 'not_applied';

CREATE FUNCTION outcomes_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outcome_sums SELECT entry_id, new_mark(), '' FROM (SELECT DISTINCT entry_id FROM added) AS one
        ON CONFLICT (entry_id) DO UPDATE SET mark = excluded.mark, sums = '';
    RETURN NULL;
END $$;
CREATE FUNCTION outcomes_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outcome_sums SET mark = new_mark(), sums = '' WHERE entry_id IN (SELECT entry_id FROM gone);
    RETURN NULL;
END $$;
CREATE FUNCTION lookups_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE outcome_sums SET mark = new_mark(), sums = ''
        WHERE entry_id IN (SELECT o.entry_id FROM outcomes o JOIN gone ON o.lookup_id = gone.id);
    RETURN NULL;
END $$;
CREATE FUNCTION incident_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(old) ELSE to_jsonb(new) END;
    named text := CASE TG_TABLE_NAME WHEN 'events' THEN row->>'subject' ELSE row->>'id' END;
BEGIN
    UPDATE outcome_sums SET mark = new_mark(), sums = ''
        WHERE entry_id IN (SELECT entry_id FROM outcomes WHERE incident = named);
    RETURN NULL;
END $$;
CREATE TRIGGER outcome_told AFTER INSERT ON outcomes
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION outcomes_told();
CREATE TRIGGER outcome_gone AFTER DELETE ON outcomes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION outcomes_gone();
CREATE TRIGGER outcome_was AFTER UPDATE ON outcomes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION outcomes_gone();
CREATE TRIGGER outcome_is AFTER UPDATE ON outcomes
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION outcomes_told();
CREATE TRIGGER lookup_changed AFTER UPDATE ON lookups
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION lookups_changed();
CREATE TRIGGER lookup_gone AFTER DELETE ON lookups
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION lookups_changed();
CREATE TRIGGER outcomes_of_opened AFTER INSERT ON events FOR EACH ROW
    WHEN (new.kind = 'opened' AND new.subject IS NOT NULL) EXECUTE FUNCTION incident_told();
CREATE TRIGGER outcomes_of_report AFTER INSERT ON entries FOR EACH ROW
    WHEN (new.kind = 'incident') EXECUTE FUNCTION incident_told();
CREATE TRIGGER outcomes_of_no_report AFTER DELETE ON entries FOR EACH ROW
    WHEN (old.kind = 'incident') EXECUTE FUNCTION incident_told();
