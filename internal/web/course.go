package web

import "github.com/labbox/labbox/internal/lab"

// trendNames are the trends of the course in its order.
func trendNames() []string {
	return []string{"gitops", "platform", "mlops", "serverless", "sustainability"}
}

// courseSystem is a system of the lab that a trend is about. The catalogue says under
// system.<ID> what it does.
type courseSystem struct {
	ID, Name string
	// Link is the ID of the link that opens it, or a path of the dashboard.
	Link string
}

// courseSystems are the systems of each trend, the most important first.
func courseSystems(trend string) []courseSystem {
	switch trend {
	case "gitops":
		return []courseSystem{{"git", "Git", "git"}, {"argocd", "Argo CD", "argocd"}}
	case "platform":
		return []courseSystem{{"backstage", "IDP", "backstage"}, {"templates", "Templates", "git"}, {"quota", "Quotas", "/components"}}
	case "mlops":
		return []courseSystem{{"mlflow", "MLflow", "mlflow"}, {"training", "Jobs", "/components"}, {"modelserver", "Model server", "/capstone"}}
	case "serverless":
		return []courseSystem{{"gateway", "OpenFaaS", "gateway"}, {"lambda", "AWS Lambda", "/functions"}, {"queue", "JetStream", "/functions"}}
	case "sustainability":
		return []courseSystem{{"energy", "Energy exporter", "/energy"}, {"prometheus", "Prometheus", "prometheus"}}
	}
	return nil
}

// courseSource is a page the course names for reading on.
type courseSource struct{ Trend, URL string }

func courseSources() []courseSource {
	return []courseSource{
		{"gitops", "https://www.gitops.tech"},
		{"platform", "https://backstage.io/docs/overview/what-is-backstage"},
		{"mlops", "https://mlflow.org/docs/latest/index.html"},
		{"serverless", "https://serverlessland.com"},
		{"sustainability", "https://www.green-coding.berlin"},
	}
}

// courseTool is a tool the course recommends. Where says how the lab has it: real,
// interface (its formats or API, made anew), or absent.
type courseTool struct{ ID, Name, Trend, Where, Link string }

func courseTools() []courseTool {
	return []courseTool{
		{"argocd", "Argo CD", "gitops", "real", "argocd"},
		{"flux", "Flux", "gitops", "absent", ""},
		{"openfaas", "OpenFaaS", "serverless", "interface", "gateway"},
		{"mlflow", "MLflow", "mlops", "real", "mlflow"},
		{"kubeflow", "Kubeflow", "mlops", "absent", ""},
		{"backstage", "Backstage", "platform", "interface", "backstage"},
		{"keptn", "Keptn", "sustainability", "absent", ""},
	}
}

// roadmapRow is a section of roadmap.sh/devops as the course covers it. State is
// ready only where every task of the trend's lessons is ticked.
type roadmapRow struct {
	Section string
	trendProgress
}

func roadmap(p progress) []roadmapRow {
	sections := map[string]string{"platform": "platform-engineering"}
	out := make([]roadmapRow, 0, 5)
	for _, trend := range trendNames() {
		out = append(out, roadmapRow{orDefault(sections[trend], trend), p.of(trend)})
	}
	return out
}

// coursePractice are the five tasks of the course's practice phase and what of the
// lab they are done with: a trend, or the report.
func coursePractice() []string {
	return []string{"gitops", "mlops", "serverless", "sustainability", "report"}
}

// courseResult is one of the four results the course promises, with how far it is
// reached.
type courseResult struct {
	ID    string
	State lab.State
	// Done of Total, in the unit of the text review.result.<ID>.count.
	Done, Total int
}

// courseResults says what has been reached; ticks and the passed capstone count, and
// for the focus the learner's own choice.
func courseResults(p progress, focus string, capstonePassed bool) []courseResult {
	state := func(done, total int) lab.State {
		switch {
		case total > 0 && done >= total:
			return lab.StateReady
		case done > 0:
			return stateBegun
		}
		return lab.StatePending
	}
	tasks, done, hands, whole := 0, 0, 0, 0
	for _, trend := range trendNames() {
		t := p.of(trend)
		tasks, done = tasks+t.Tasks, done+t.Done
		if t.State() == lab.StateReady {
			whole++
		}
		if t.LessonsDone > 0 && (trend == "gitops" || trend == "mlops" || trend == "serverless") {
			hands++
		}
	}
	chosen, all := 0, whole
	if focus != "" {
		chosen = 1
	}
	if capstonePassed {
		all++
	}
	return []courseResult{
		{"understanding", state(done, tasks), done, tasks},
		// The course says "or": one of the three is enough.
		{"practice", state(min(hands, 1), 1), hands, 3},
		{"focus", state(chosen, 1), chosen, 1},
		{"path", state(all, len(trendNames())+1), all, len(trendNames()) + 1},
	}
}
