-- How often lookups were written, apart from how often what is known was (`number`): so who asks sees by one number that
-- nothing changed, however many others ask.  A server of an earlier kb counts its lookups in `number`, too.
ALTER TABLE writes ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
