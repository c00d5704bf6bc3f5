package git

import (
	"fmt"
	"strings"
	"time"
)

// language picks the first of the languages this server speaks.
func language(acceptLanguage string) string {
	for part := range strings.SplitSeq(strings.ToLower(acceptLanguage), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		main, _, _ := strings.Cut(tag, "-")
		if main == "de" || main == "en" {
			return main
		}
	}
	return "en"
}

// text returns the words for key; the key itself where there are none.
func text(lang, key string) string {
	if words, ok := texts()[key]; ok {
		if lang == "de" {
			return words[1]
		}
		return words[0]
	}
	return key
}

// ago says in words how long ago something was.
func ago(lang string, d time.Duration) string {
	n, unit := int(d.Minutes()), "minutes"
	switch {
	case n < 1:
		return text(lang, "now")
	case n >= 2*24*60:
		n, unit = n/(24*60), "days"
	case n >= 2*60:
		n, unit = n/60, "hours"
	}
	return fmt.Sprintf(text(lang, "ago."+unit), n)
}

// texts maps a key to its words in English and German.
func texts() map[string][2]string {
	return map[string][2]string{
		"site":           {"Git in the lab", "Git im Lab"},
		"skip":           {"Skip to content", "Zum Inhalt springen"},
		"repositories":   {"Repositories", "Repositorys"},
		"none":           {"There is no repository yet. The modules and the capstone create theirs; you make one with:", "Noch gibt es kein Repository. Die Module und das Capstone legen ihre an; ein eigenes entsteht so:"},
		"nobranch":       {"no commits yet", "noch keine Commits"},
		"updated":        {"updated", "geändert"},
		"files":          {"Files", "Dateien"},
		"commits":        {"Commits", "Commits"},
		"branch":         {"Branch", "Branch"},
		"clone":          {"Clone", "Klonen"},
		"clone.here":     {"on this machine", "auf diesem Rechner"},
		"clone.cluster":  {"inside the cluster (Argo CD uses this one)", "im Cluster (diese nutzt Argo CD)"},
		"clone.password": {"Reading is open to everyone in the lab. Pushing asks for the user and password that “labbox status” points to.", "Lesen dürfen alle im Lab. Zum Pushen braucht es Benutzer und Passwort, auf die „labbox status“ verweist."},
		"empty":          {"This repository is empty. Push the first commit:", "Dieses Repository ist leer. Pushe den ersten Commit:"},
		"latest":         {"Latest commit", "Letzter Commit"},
		"name":           {"Name", "Name"},
		"size":           {"Size", "Größe"},
		"up":             {"Parent directory", "Übergeordnetes Verzeichnis"},
		"raw":            {"Raw file", "Rohdatei"},
		"lines":          {"lines", "Zeilen"},
		"binary":         {"This file is not text.", "Diese Datei ist kein Text."},
		"cut":            {"Only the beginning is shown.", "Nur der Anfang ist zu sehen."},
		"older":          {"Older commits", "Ältere Commits"},
		"parent":         {"Parent", "Vorgänger"},
		"changed":        {"Changed files", "Geänderte Dateien"},
		"added":          {"added", "neu"},
		"modified":       {"modified", "geändert"},
		"removed":        {"removed", "gelöscht"},
		"nochange":       {"This commit changes no file.", "Dieser Commit ändert keine Datei."},
		"error":          {"That did not work", "Das hat nicht geklappt"},
		"error.404":      {"Nothing is here", "Hier ist nichts"},
		"back":           {"To the repositories", "Zu den Repositorys"},
		"now":            {"just now", "gerade eben"},
		"ago.minutes":    {"%d min ago", "vor %d Min."},
		"ago.hours":      {"%d h ago", "vor %d Std."},
		"ago.days":       {"%d days ago", "vor %d Tagen"},
	}
}
