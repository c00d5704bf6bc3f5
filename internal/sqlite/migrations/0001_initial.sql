-- AUTOINCREMENT: an ID is never given twice, not even after pruning.
CREATE TABLE events (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	time    TEXT NOT NULL,
	kind    TEXT NOT NULL,
	subject TEXT NOT NULL,
	state   TEXT NOT NULL,
	body    TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE INDEX events_subject ON events (kind, subject, state, id);

CREATE TABLE settings (
	key     TEXT PRIMARY KEY,
	value   TEXT NOT NULL CHECK (json_valid(value)),
	changed TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE capstone_runs (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	started  TEXT NOT NULL,
	finished TEXT NOT NULL,
	passed   INTEGER NOT NULL CHECK (passed IN (0, 1)),
	result   TEXT NOT NULL CHECK (json_valid(result))
) STRICT;

CREATE INDEX capstone_runs_started ON capstone_runs (started);
