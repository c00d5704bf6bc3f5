package site

// wordsOf returns the words of a key; the key itself where there are none.
func wordsOf(lang, key string) string {
	words, ok := texts()[key]
	for _, more := range []func() map[string][2]string{formTexts, relationTexts} {
		if !ok {
			words, ok = more()[key]
		}
	}
	switch {
	case !ok:
		return key
	case lang == "de":
		return words[1]
	}
	return words[0]
}

// texts maps a key to its words in English and German.
func texts() map[string][2]string {
	return map[string][2]string{
		"site":          {"Platform", "Plattform"},
		"skip":          {"Skip to content", "Zum Inhalt springen"},
		"language":      {"Deutsch", "English"},
		"dashboard":     {"Lab", "Lab"},
		"catalog":       {"Catalog", "Katalog"},
		"create":        {"Create", "Neu anlegen"},
		"environments":  {"Environments", "Umgebungen"},
		"scorecards":    {"Scorecards", "Scorecards"},
		"catalog.about": {"What there is, who it belongs to, and how it hangs together. Every repository with a catalog-info.yaml is read, a moment after a push.", "Was es gibt, wem es gehört und wie es zusammenhängt. Jedes Repository mit einer catalog-info.yaml wird gelesen, kurz nachdem du pushst."},
		"kind":          {"Kind", "Art"},
		"all":           {"All", "Alle"},
		"owner":         {"Owner", "Eigentümer"},
		"search":        {"Search", "Suchen"},
		"show":          {"Show", "Anzeigen"},
		"name":          {"Name", "Name"},
		"type":          {"Type", "Typ"},
		"lifecycle":     {"Lifecycle", "Lebenszyklus"},
		"none":          {"Nothing matches. Create something from a template, or push a catalog-info.yaml.", "Nichts gefunden. Lege etwas aus einer Vorlage an oder pushe eine catalog-info.yaml."},
		"orphan":        {"orphan: its file does not hold it any more", "verwaist: steht nicht mehr in seiner Datei"},
		"broken":        {"has a problem", "hat ein Problem"},
		"problems":      {"Files with problems", "Dateien mit Problemen"},
		"about":         {"About", "Überblick"},
		"relations":     {"Relations", "Beziehungen"},
		"missing":       {"not in the catalog", "nicht im Katalog"},
		"source":        {"File in git", "Datei in Git"},
		"docs":          {"Documentation", "Dokumentation"},
		"definition":    {"Definition", "Definition"},
		"usetemplate":   {"Use this template", "Diese Vorlage verwenden"},
		"check":         {"Check", "Prüfung"},
		"scorecard":     {"Scorecard", "Scorecard"},
		"energy":        {"Energy", "Energie"},
		"energy.none":   {"Prometheus has no series of its pods yet.", "Prometheus hat noch keine Messreihen seiner Pods."},
		"energy.line":   {"%s W now; in the last five minutes %s J and %s mg of CO₂e. Its pods: %d.", "Gerade %s W; in den letzten fünf Minuten %s J und %s mg CO₂e. Pods: %d."},
		"energy.method": {"Method: %s, grid: %s. Without power sensors the figures are a model.", "Verfahren: %s, Stromnetz: %s. Ohne Leistungssensoren sind die Zahlen modelliert."},
		"argocd":        {"Application in Argo CD", "Anwendung in Argo CD"},
		"passed":        {"passed", "erfüllt"},
		"failed":        {"not yet", "noch nicht"},
		"seen":          {"Seen", "Gesehen"},
		"expected":      {"Expected", "Erwartet"},
		"of":            {"%d of %d", "%d von %d"},
		"level.gold":    {"gold", "Gold"},
		"level.silver":  {"silver", "Silber"},
		"level.bronze":  {"bronze", "Bronze"},
		"level.none":    {"no medal yet", "noch keine Medaille"},
		"score.about":   {"Read from what really runs: Argo CD, the workloads, the documentation and Prometheus.", "Gelesen aus dem, was wirklich läuft: Argo CD, Workloads, Dokumentation und Prometheus."},
	}
}

// formTexts are the words of the pages on which something is made.
func formTexts() map[string][2]string {
	return map[string][2]string{
		"create.about":   {"Golden paths: fill in a form, get something that runs. They live in the repository “templates”.", "Goldene Pfade: Formular ausfüllen, etwas Laufendes bekommen. Sie liegen im Repository „templates“."},
		"tasks":          {"Recent tasks", "Letzte Aufträge"},
		"tasks.none":     {"No tasks yet.", "Noch keine Aufträge."},
		"begin":          {"Create", "Anlegen"},
		"login":          {"Your browser asks for a login: “labbox credentials backstage” shows it.", "Dein Browser fragt nach einer Anmeldung: „labbox credentials backstage“ zeigt sie."},
		"required":       {"required", "erforderlich"},
		"wrong":          {"Please look at these fields again:", "Bitte sieh dir diese Felder noch einmal an:"},
		"choose":         {"Please choose", "Bitte wählen"},
		"lines":          {"one per line", "eins pro Zeile"},
		"steps":          {"Steps", "Schritte"},
		"log":            {"Log", "Protokoll"},
		"result":         {"Result", "Ergebnis"},
		"open":           {"waiting", "wartet"},
		"processing":     {"running", "läuft"},
		"completed":      {"done", "fertig"},
		"failed.task":    {"failed", "fehlgeschlagen"},
		"cancelled":      {"cancelled", "abgebrochen"},
		"skipped":        {"skipped", "übersprungen"},
		"cancel":         {"Cancel", "Abbrechen"},
		"retry":          {"Try again", "Noch einmal versuchen"},
		"env.about":      {"A namespace with a quota, for your team, without a ticket. Each team has a budget.", "Ein Namespace mit Quota für dein Team, ohne Ticket. Jedes Team hat ein Budget."},
		"env.none":       {"There is no environment yet.", "Es gibt noch keine Umgebung."},
		"env.new":        {"New environment", "Neue Umgebung"},
		"env.make":       {"Make it", "Anlegen"},
		"env.delete":     {"Remove", "Entfernen"},
		"env.deletename": {"Remove environment %s", "Umgebung %s entfernen"},
		"size":           {"Size", "Größe"},
		"ttl":            {"Lives for (such as 8h; empty: no end)", "Lebensdauer (etwa 8h; leer: ohne Ende)"},
		"namespace":      {"Namespace", "Namespace"},
		"used":           {"Used", "Belegt"},
		"expires":        {"Ends", "Endet"},
		"state":          {"State", "Zustand"},
		"budgets":        {"Budgets", "Budgets"},
		"budget":         {"Budget", "Budget"},
		"memory":         {"Memory", "Speicher"},
		"limit":          {"%s of %s", "%s von %s"},
		"error":          {"That did not work", "Das hat nicht geklappt"},
		"error.404":      {"Nothing is here", "Hier ist nichts"},
		"back":           {"To the catalog", "Zum Katalog"},
		"pages":          {"Pages", "Seiten"},
	}
}

// relationTexts are the names of relations.
func relationTexts() map[string][2]string {
	return map[string][2]string{
		"ownedBy": {"belongs to", "gehört"}, "ownerOf": {"owns", "besitzt"},
		"partOf": {"is part of", "ist Teil von"}, "hasPart": {"has the parts", "hat die Teile"},
		"providesApi": {"provides the API", "bietet die API"}, "apiProvidedBy": {"is provided by", "wird geboten von"},
		"consumesApi": {"uses the API", "nutzt die API"}, "apiConsumedBy": {"is used by", "wird genutzt von"},
		"dependsOn": {"depends on", "hängt ab von"}, "dependencyOf": {"is needed by", "wird gebraucht von"},
		"childOf": {"is below", "ist unter"}, "parentOf": {"is above", "ist über"},
		"memberOf": {"is a member of", "ist Mitglied von"}, "hasMember": {"has the members", "hat die Mitglieder"},
	}
}
