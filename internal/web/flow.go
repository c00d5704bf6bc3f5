package web

import "github.com/labbox/labbox/internal/lab"

// flow is the capstone as a picture, laid out for wide or for narrow screens.
type flow struct {
	// Name is wide or narrow.
	Name          string
	Width, Height int
	Nodes         []flowNode
	Edges         []flowEdge
}

// flowNode is one system; it shows the state of the step it takes part in.
type flowNode struct {
	// ID selects the texts flow.<ID> and flow.<ID>.sub.
	ID, Icon            string
	Step                int
	X, Y, Width, Height int
	State               lab.State
}

// flowEdge is what moves between two systems in one step.
type flowEdge struct {
	// ID names it, also among the rates.
	ID    string
	Step  int
	Path  string
	State lab.State
	// Label selects the text flow.edge.<Label>; its middle is at X, Y, and that of the
	// rate beneath at X, RateY.
	Label       string
	X, Y, RateY int
	Rate        flowRate
}

// flows draws both layouts with the states of the six steps a to f and what moves
// between them right now.
func flows(steps []capstoneStep, rates map[string]flowRate) []flow {
	out := []flow{wideFlow(), narrowFlow()}
	state := func(i int) lab.State {
		if i < len(steps) {
			return steps[i].State
		}
		return lab.StatePending
	}
	for i := range out {
		for j := range out[i].Nodes {
			out[i].Nodes[j].State = state(out[i].Nodes[j].Step)
		}
		for j := range out[i].Edges {
			out[i].Edges[j].State = state(out[i].Edges[j].Step)
			out[i].Edges[j].Rate = rates[out[i].Edges[j].ID]
		}
	}
	return out
}

// The steps by name, as an index into the six.
const (
	stepGitOps = iota
	stepPipeline
	stepPromote
	stepClassify
	stepObserve
	stepEnergy
)

func wideFlow() flow {
	node := func(id, icon string, step, column, row int) flowNode {
		return flowNode{ID: id, Icon: icon, Step: step, X: 10 + column*265, Y: 24 + row*168, Width: 185, Height: 84}
	}
	return flow{
		Name: "wide", Width: 1000, Height: 300,
		Nodes: []flowNode{
			node("git", "git", stepGitOps, 0, 0), node("argocd", "sync", stepGitOps, 1, 0),
			node("model", "model", stepPromote, 2, 0), node("classify", "function", stepClassify, 3, 0),
			node("mlflow", "registry", stepPipeline, 0, 1), node("train", "train", stepPipeline, 1, 1),
			node("energy", "energy", stepEnergy, 2, 1), node("prometheus", "plots", stepObserve, 3, 1),
		},
		Edges: []flowEdge{
			{ID: "sync", Step: stepGitOps, Path: "M195 66H272", Label: "sync", X: 235, Y: 56, RateY: 84},
			{ID: "jobs", Step: stepPipeline, Path: "M367 108V189", Label: "jobs", X: 400, Y: 146, RateY: 162},
			{ID: "log", Step: stepPipeline, Path: "M275 234H198", Label: "log", X: 235, Y: 224, RateY: 252},
			{ID: "promote", Step: stepPromote, Path: "M102 192V111", Label: "promote", X: 148, Y: 146, RateY: 162},
			{ID: "rollout", Step: stepPromote, Path: "M460 66H537", Label: "rollout", X: 500, Y: 56, RateY: 84},
			{ID: "ask", Step: stepClassify, Path: "M805 66H728", Label: "ask", X: 765, Y: 56, RateY: 84},
			{ID: "scrape", Step: stepObserve, Path: "M897 108V189", Label: "scrape", X: 936, Y: 146, RateY: 162},
			{ID: "joules-model", Step: stepEnergy, Path: "M632 108V189", Label: "joules", X: 668, Y: 146, RateY: 162},
			{ID: "joules-train", Step: stepEnergy, Path: "M460 234H537", Label: "joules", X: 500, Y: 224, RateY: 252},
		},
	}
}

func narrowFlow() flow {
	node := func(id, icon string, step, column, row int) flowNode {
		return flowNode{ID: id, Icon: icon, Step: step, X: 4 + column*186, Y: 8 + row*128, Width: 150, Height: 80}
	}
	return flow{
		Name: "narrow", Width: 364, Height: 484,
		Nodes: []flowNode{
			node("git", "git", stepGitOps, 0, 0), node("argocd", "sync", stepGitOps, 1, 0),
			node("mlflow", "registry", stepPipeline, 0, 1), node("train", "train", stepPipeline, 1, 1),
			node("classify", "function", stepClassify, 0, 2), node("model", "model", stepPromote, 1, 2),
			node("prometheus", "plots", stepObserve, 0, 3), node("energy", "energy", stepEnergy, 1, 3),
		},
		Edges: []flowEdge{
			{ID: "sync", Step: stepGitOps, Path: "M154 48H187"},
			{ID: "jobs", Step: stepPipeline, Path: "M265 88V133"},
			{ID: "log", Step: stepPipeline, Path: "M190 176H157"},
			{ID: "promote", Step: stepPromote, Path: "M79 136V91", Label: "promote", X: 126, Y: 116},
			{ID: "rollout", Step: stepPromote, Path: "M340 48H354V304H343"},
			{ID: "ask", Step: stepClassify, Path: "M154 304H187", X: 170, RateY: 326},
			{ID: "scrape", Step: stepObserve, Path: "M79 344V389", X: 118, RateY: 370},
			{ID: "joules-model", Step: stepEnergy, Path: "M265 344V389", X: 304, RateY: 370},
		},
	}
}
