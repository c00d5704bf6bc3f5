package lab

import "time"

// CheckRequest asks for a look at a lesson with fresh readings.
type CheckRequest struct {
	// Lesson is "<trend>/<folder>", Task one of its tasks.
	Lesson string
	Task   string
	// Answer is what the learner gives to a question; of no meaning for other tasks.
	Answer string
}

// LessonTick is a tick with what it is a tick of.
type LessonTick struct {
	Lesson string `json:"lesson"`
	Task   string `json:"task"`
	Tick
}

// LessonStart is one start of a lesson; a reset is a start, too.
type LessonStart struct {
	Lesson string    `json:"lesson"`
	Time   time.Time `json:"time"`
}

// LessonAttempt is one explicit check of a task, or one change of what the watch of
// it found.
type LessonAttempt struct {
	Lesson string    `json:"lesson"`
	Task   string    `json:"task"`
	Time   time.Time `json:"time"`
	// Asked says that the learner asked for the check.
	Asked  bool `json:"asked"`
	Passed bool `json:"passed"`
	// Mistake is the id of the mistake that was recognised; empty where none was.
	Mistake string `json:"mistake,omitempty"`
	// Answer is what was given to a question.
	Answer string `json:"answer,omitempty"`
	// Seen is what was found, in words.
	Seen Text `json:"seen"`
}

// LessonHint is one help that a learner took: the hint of that Number, counted from
// 1, or the solution, which is number 0.
type LessonHint struct {
	Lesson string    `json:"lesson"`
	Task   string    `json:"task"`
	Number int       `json:"number"`
	Time   time.Time `json:"time"`
}

// Note is a learner's own text about a lesson, or the answer to a question of the
// review.
type Note struct {
	// Subject is the lesson's or the question's id.
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Changed time.Time `json:"changed"`
}
