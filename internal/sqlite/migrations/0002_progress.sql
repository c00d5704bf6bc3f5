-- What a learner has done. A start of a lesson that was started before is a reset.
CREATE TABLE lesson_starts (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	lesson TEXT NOT NULL,
	time   TEXT NOT NULL
) STRICT;

CREATE INDEX lesson_starts_lesson ON lesson_starts (lesson, time);

-- A tick stays: the first one counts.
CREATE TABLE lesson_ticks (
	lesson   TEXT NOT NULL,
	task     TEXT NOT NULL,
	time     TEXT NOT NULL,
	evidence TEXT NOT NULL CHECK (json_valid(evidence)),
	PRIMARY KEY (lesson, task)
) STRICT, WITHOUT ROWID;

-- One row for each explicit check and for each change of what the watch found.
CREATE TABLE lesson_attempts (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	lesson  TEXT NOT NULL,
	task    TEXT NOT NULL,
	time    TEXT NOT NULL,
	asked   INTEGER NOT NULL CHECK (asked IN (0, 1)),
	passed  INTEGER NOT NULL CHECK (passed IN (0, 1)),
	mistake TEXT NOT NULL,
	answer  TEXT NOT NULL,
	seen    TEXT NOT NULL CHECK (json_valid(seen))
) STRICT;

CREATE INDEX lesson_attempts_task ON lesson_attempts (lesson, task, id);

-- Number 0 is the solution.
CREATE TABLE lesson_hints (
	lesson TEXT NOT NULL,
	task   TEXT NOT NULL,
	number INTEGER NOT NULL CHECK (number >= 0),
	time   TEXT NOT NULL,
	PRIMARY KEY (lesson, task, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
	subject TEXT PRIMARY KEY,
	text    TEXT NOT NULL,
	changed TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reflections (
	question TEXT PRIMARY KEY,
	text     TEXT NOT NULL,
	changed  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE preferences (
	key     TEXT PRIMARY KEY,
	value   TEXT NOT NULL CHECK (json_valid(value)),
	changed TEXT NOT NULL
) STRICT, WITHOUT ROWID;
