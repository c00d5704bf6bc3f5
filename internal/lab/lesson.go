package lab

import "time"

// Text is said in both languages of the lab.
type Text struct {
	DE string `json:"de"`
	EN string `json:"en"`
}

// In returns the text in the language lang ("de" or "en"), or in the other one
// where that is missing.
func (t Text) In(lang string) string {
	if (lang == "de" && t.DE != "") || t.EN == "" {
		return t.DE
	}
	return t.EN
}

// Lesson is one lesson of a trend as a list shows it.
type Lesson struct {
	// ID is "<trend>/<folder>", such as "gitops/drift".
	ID    string `json:"id"`
	Trend string `json:"trend"`
	Title Text   `json:"title"`
	// Minutes is how long a learner needs, roughly.
	Minutes int `json:"minutes"`
	// Needs names the lessons that had better be done before.
	Needs []string `json:"needs"`
	// Tasks is the number of tasks, Done how many of them are ticked.
	Tasks int `json:"tasks"`
	Done  int `json:"done"`
	// Started is when the learner began, Finished when the last task was ticked;
	// nil before that.
	Started  *time.Time `json:"started,omitempty"`
	Finished *time.Time `json:"finished,omitempty"`
}

// LessonView is a lesson with all that a learner reads, and how the tasks stand.
type LessonView struct {
	Lesson
	// Goal, Theory, Notice and Debrief are Markdown. The debrief is for afterwards.
	Goal    Text `json:"goal"`
	Theory  Text `json:"theory"`
	Notice  Text `json:"notice"`
	Debrief Text `json:"debrief"`
	// Pictures are the names of SVG files that the texts refer to.
	Pictures []string     `json:"pictures"`
	Sources  []ReadOn     `json:"sources"`
	List     []LessonTask `json:"list"`
}

// ReadOn is a page on the internet for reading on. labbox never opens it itself.
type ReadOn struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// LessonTask is one thing to do on the real systems, or one question.
type LessonTask struct {
	// ID is unique within the lesson.
	ID    string `json:"id"`
	Title Text   `json:"title"`
	// Text is Markdown and says what to do.
	Text Text `json:"text"`
	// Asks says that the task takes an answer; Choices are what to choose from,
	// none where the answer is free text.
	Asks    bool     `json:"asks"`
	Choices []Choice `json:"choices,omitempty"`
	// Tick is set once the task has been done; it stays when the state changes.
	Tick *Tick `json:"tick,omitempty"`
	// Check is what was seen last; nil before the first look.
	Check *LessonCheck `json:"check,omitempty"`
	// HintsShown are the hints the learner has asked for, of HintsTotal.
	HintsShown []Text `json:"hintsShown"`
	HintsTotal int    `json:"hintsTotal"`
	// SolutionShown says that the learner has looked at the solution.
	SolutionShown bool `json:"solutionShown"`
}

// Choice is one answer to choose.
type Choice struct {
	ID   string `json:"id"`
	Text Text   `json:"text"`
}

// Tick says when a task was done and by what that was known.
type Tick struct {
	Time     time.Time      `json:"time"`
	Evidence map[string]any `json:"evidence"`
}

// LessonCheck is what one look at the systems found.
type LessonCheck struct {
	// Lesson and Task say what was looked at.
	Lesson string    `json:"lesson"`
	Task   string    `json:"task"`
	Time   time.Time `json:"time"`
	// Passed says whether the systems are as the task wants them now.
	Passed bool `json:"passed"`
	// Evidence maps a name (commit, revision, run...) to what was read.
	Evidence map[string]any `json:"evidence"`
	// Seen and Expected say what is and what should be.
	Seen     Text `json:"seen"`
	Expected Text `json:"expected"`
	// Mistake is the id of the mistake that was recognised, Hint what helps with it;
	// empty where none was.
	Mistake string `json:"mistake,omitempty"`
	Hint    *Text  `json:"hint,omitempty"`
	// Problem says what could not be read, such as a system that does not answer.
	Problem string `json:"problem,omitempty"`
}

// Solution is how a task is done, shown when the hints did not help.
type Solution struct {
	Task string `json:"task"`
	// Commands is the script that does it in the workbench.
	Commands string `json:"commands"`
	// Answer is the right answer to a question, where it is not the Commands that find
	// it; of a choice its id.
	Answer string `json:"answer,omitempty"`
	// Diff is a unified diff where the solution is a change of files; may be empty.
	Diff string `json:"diff,omitempty"`
}
