package scorecard

import (
	"context"
	"fmt"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
)

func both(de, en string) Text { return Text{DE: de, EN: en} }

// same is a text that is the same in both languages, such as a name.
func same(s string) Text { return Text{DE: s, EN: s} }

func (c *Cards) owner(e entity.Entity) Check {
	check := Check{ID: "owner", Title: both("Hat einen Eigentümer", "Has an owner"), Evidence: map[string]any{"spec.owner": e.SpecText("owner")},
		Expected: both("eine Gruppe oder Person, die der Katalog kennt", "a Group or User that the catalog knows")}
	for _, ref := range e.Related("ownedBy") {
		owner := c.opt.Catalog.Get(ref)
		if owner == nil {
			check.Seen = both(ref+" ist nicht im Katalog", ref+" is not in the catalog")
			continue
		}
		check.Passed, check.Seen = true, same(owner.Ref().String())
		check.Evidence["owner"] = owner.Ref().String()
		return check
	}
	return check
}

func description(e entity.Entity) Check {
	text := e.Text("description")
	check := Check{ID: "description", Title: both("Ist beschrieben", "Is described"), Passed: text != "", Seen: same(text),
		Expected: both("ein Satz in metadata.description", "a sentence in metadata.description"), Evidence: map[string]any{"description": text}}
	if text == "" {
		check.Seen = both("keine Beschreibung", "no description")
	}
	return check
}

func (c *Cards) docs(ctx context.Context, e entity.Entity) Check {
	check := Check{ID: "docs", Title: both("Ist dokumentiert", "Is documented"), Evidence: map[string]any{"annotation": e.Annotation(entity.AnnotationTechDocs)},
		Expected: both("Seiten in docs/ und die Annotation backstage.io/techdocs-ref", "pages in docs/ and the annotation backstage.io/techdocs-ref")}
	site, err := c.opt.Docs.Site(ctx, e)
	if err != nil {
		_, words, _ := strings.Cut(err.Error(), ": ")
		check.Seen = same(words)
		return check
	}
	pages := 0
	for _, name := range site.Files() {
		if strings.HasSuffix(name, ".md") {
			pages++
		}
	}
	check.Passed = pages > 0
	check.Seen = both(fmt.Sprintf("%d Seiten", pages), fmt.Sprintf("%d pages", pages))
	check.Evidence["pages"], check.Evidence["commit"] = pages, site.Commit
	return check
}

func (w *world) synced(e entity.Entity) Check {
	name := e.Annotation(entity.AnnotationArgoApp)
	check := Check{ID: "synced", Title: both("Läuft, wie es in Git steht", "Runs as git says"), Evidence: map[string]any{"application": name},
		Expected: both("Argo CD meldet Synced und Healthy", "Argo CD says Synced and Healthy")}
	app, there := w.apps[name]
	switch {
	case name == "":
		check.Seen = both("keine Annotation argocd/app-name", "no annotation argocd/app-name")
	case !there:
		check.Seen = both("Argo CD kennt keine Anwendung "+name, "Argo CD has no application "+name)
	default:
		check.Passed = app.Sync == "Synced" && app.Health == "Healthy"
		check.Seen = same(orNone(app.Sync) + ", " + orNone(app.Health))
		check.Evidence["sync"], check.Evidence["health"], check.Evidence["revision"] = app.Sync, app.Health, app.Revision
	}
	return check
}

func orNone(s string) string {
	if s == "" {
		return "Unknown"
	}
	return s
}

// all makes a check of what each container of each workload must fulfil; bad says what
// is missing, or nothing.
func all(check Check, loads []workload, bad func(l workload, k container) string) Check {
	check.Evidence = map[string]any{"workloads": names(loads)}
	if len(loads) == 0 {
		check.Seen = both("keine laufende Arbeitslast gefunden", "no workload was found running")
		return check
	}
	missing := []string{}
	containers := 0
	for _, l := range loads {
		for _, k := range l.Spec.Template.Spec.Containers {
			containers++
			if words := bad(l, k); words != "" {
				missing = append(missing, fmt.Sprintf("%s/%s: %s", l.Metadata.Name, k.Name, words))
			}
		}
	}
	check.Passed = len(missing) == 0
	check.Evidence["containers"], check.Evidence["missing"] = containers, missing
	check.Seen = same(strings.Join(missing, "; "))
	if check.Passed {
		check.Seen = both(fmt.Sprintf("%d von %d Containern", containers, containers), fmt.Sprintf("%d of %d containers", containers, containers))
	}
	return check
}

func nonRoot(loads []workload) Check {
	return all(Check{ID: "non-root", Title: both("Läuft nicht als root", "Does not run as root"),
		Expected: both("runAsNonRoot: true oder ein runAsUser über 0", "runAsNonRoot: true or a runAsUser above 0")}, loads,
		func(l workload, k container) string {
			pod, own := l.Spec.Template.Spec.SecurityContext, k.SecurityContext
			user := own.RunAsUser
			if user == nil {
				user = pod.RunAsUser
			}
			strict := own.RunAsNonRoot
			if strict == nil {
				strict = pod.RunAsNonRoot
			}
			if (strict != nil && *strict) || (user != nil && *user > 0) {
				return ""
			}
			return "runAsNonRoot"
		})
}

func resources(loads []workload) Check {
	return all(Check{ID: "resources", Title: both("Sagt, was es braucht", "Says what it needs"),
		Expected: both("requests für CPU und Speicher und ein limit für Speicher", "requests for CPU and memory and a limit for memory")}, loads,
		func(_ workload, k container) string {
			var missing []string
			for _, name := range []string{"cpu", "memory"} {
				if k.Resources.Requests[name] == nil {
					missing = append(missing, "requests."+name)
				}
			}
			if k.Resources.Limits["memory"] == nil {
				missing = append(missing, "limits.memory")
			}
			return strings.Join(missing, ", ")
		})
}

func probes(loads []workload) Check {
	return all(Check{ID: "probes", Title: both("Sagt, wie es ihm geht", "Says how it fares"),
		Expected: both("readinessProbe und livenessProbe", "readinessProbe and livenessProbe")}, loads,
		func(_ workload, k container) string {
			var missing []string
			if k.ReadinessProbe == nil {
				missing = append(missing, "readinessProbe")
			}
			if k.LivenessProbe == nil {
				missing = append(missing, "livenessProbe")
			}
			return strings.Join(missing, ", ")
		})
}

func (c *Cards) energy(ctx context.Context, loads []workload) Check {
	check := Check{ID: "energy", Title: both("Energie ist bekannt", "Energy is known"), Evidence: map[string]any{},
		Expected: both("Messreihen der Pods in Prometheus", "series of the pods in Prometheus")}
	r, err := c.opt.Energy.Read(ctx, podsOf(loads))
	switch {
	case err != nil:
		check.Seen = both("Prometheus antwortet nicht", "Prometheus does not answer")
		check.Evidence["error"] = err.Error()
	case !r.Known:
		check.Seen = both("keine Messreihe", "no series")
		check.Evidence["query"] = r.Query
	default:
		check.Passed = true
		check.Seen = Text{DE: strings.Replace(fmt.Sprintf("%.3f W, %.2f J in 5 Minuten", r.Watts, r.Joules), ".", ",", 2), EN: fmt.Sprintf("%.3f W, %.2f J in 5 minutes", r.Watts, r.Joules)}
		check.Evidence["watts"], check.Evidence["joules"], check.Evidence["query"] = r.Watts, r.Joules, r.Query
	}
	return check
}
