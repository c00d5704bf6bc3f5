package scaffold

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"
)

const maxWait = 10 * time.Minute

func fileActions() []action {
	return []action{
		{id: "fs:rename", about: "Renames files and directories of the workspace.",
			input: []field{{"files", "array", true, "a list of {from, to, overwrite}"}}, run: renameFiles},
		{id: "fs:delete", about: "Deletes files and directories of the workspace.",
			input: []field{{"files", "array", true, "paths or patterns"}}, run: deleteFiles},
		{id: "fs:readdir", about: "Lists files of the workspace.",
			input:  []field{{"paths", "array", true, "directories"}, {"recursive", "boolean", false, "those below, too"}},
			output: []field{{"files", "array", false, "{name, path} of each file"}, {"folders", "array", false, "{name, path} of each directory"}}, run: readDir},
		{id: "debug:log", about: "Writes a message to the log.",
			input: []field{{"message", "any", false, "what to write"}, {"listWorkspace", "any", false, "true lists the files; \"with-contents\" shows them"}}, run: debugLog},
		{id: "debug:wait", about: "Waits a while, ten minutes at most.",
			input: []field{{"seconds", "number", false, ""}, {"minutes", "number", false, ""}, {"milliseconds", "number", false, ""}}, run: debugWait},
	}
}

func renameFiles(_ context.Context, j *job) (map[string]any, error) {
	list, _ := j.in["files"].([]any)
	for _, item := range list {
		m, _ := item.(map[string]any)
		from, _ := m["from"].(string)
		to, _ := m["to"].(string)
		overwrite, _ := m["overwrite"].(bool)
		if from == "" || to == "" {
			return nil, fmt.Errorf("each of files is written as {from: ..., to: ...}")
		}
		names, err := j.ws.paths(from)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("there is no %s in the workspace", from)
		}
		clean, _ := inside(from)
		for _, name := range names {
			f := j.ws.files[name]
			f.Path = path.Join(to, strings.TrimPrefix(name, clean))
			if _, there := j.ws.files[path.Clean(f.Path)]; there && !overwrite {
				return nil, fmt.Errorf("%s is there already; overwrite: true replaces it", f.Path)
			}
			j.ws.remove(name)
			if err := j.ws.write(f); err != nil {
				return nil, err
			}
		}
		j.say("Renamed %s to %s", from, to)
	}
	return nil, nil
}

func deleteFiles(_ context.Context, j *job) (map[string]any, error) {
	for _, pattern := range j.texts("files") {
		if _, err := inside(pattern); err != nil {
			return nil, err
		}
		exact, _ := j.ws.paths(pattern)
		all, _ := j.ws.paths("")
		n := 0
		for _, name := range all {
			hit, err := matchesAny([]string{pattern}, name)
			if err != nil {
				return nil, err
			}
			for _, e := range exact {
				hit = hit || e == name
			}
			if hit {
				j.ws.remove(name)
				n++
			}
		}
		j.say("Deleted %d files for %s", n, pattern)
	}
	return nil, nil
}

func readDir(_ context.Context, j *job) (map[string]any, error) {
	files, folders := []any{}, []any{}
	entry := func(p string) map[string]any { return map[string]any{"name": path.Base(p), "path": p} }
	seen := map[string]bool{}
	for _, dir := range j.texts("paths") {
		names, err := j.ws.paths(dir)
		if err != nil {
			return nil, err
		}
		clean, _ := inside(dir)
		for _, name := range names {
			rest := strings.TrimPrefix(strings.TrimPrefix(name, clean), "/")
			parts := strings.Split(rest, "/")
			for i := 1; i < len(parts); i++ {
				folder := path.Join(clean, strings.Join(parts[:i], "/"))
				if !seen[folder] && (i == 1 || j.flag("recursive")) {
					seen[folder] = true
					folders = append(folders, entry(folder))
				}
			}
			if len(parts) == 1 || j.flag("recursive") {
				files = append(files, entry(name))
			}
		}
	}
	return map[string]any{"files": files, "folders": folders}, nil
}

func debugLog(_ context.Context, j *job) (map[string]any, error) {
	if m := j.text("message"); m != "" {
		j.say("%s", m)
	}
	contents := j.in["listWorkspace"] == "with-contents"
	if j.flag("listWorkspace") || contents || j.in["listWorkspace"] == "with-filenames" {
		names, _ := j.ws.paths("")
		j.say("Workspace:\n%s", strings.Join(names, "\n"))
		for _, name := range names {
			if contents {
				j.say("%s:\n%.4000s", name, j.ws.files[name].Data)
			}
		}
	}
	return nil, nil
}

func debugWait(ctx context.Context, j *job) (map[string]any, error) {
	number := func(key string) float64 { n, _ := j.in[key].(float64); return n }
	wait := time.Duration(number("milliseconds"))*time.Millisecond +
		time.Duration(number("seconds")*float64(time.Second)) + time.Duration(number("minutes")*float64(time.Minute))
	if wait < 0 || wait > maxWait {
		return nil, fmt.Errorf("debug:wait waits up to %s", maxWait)
	}
	if j.dry {
		return nil, nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, nil
	}
}
