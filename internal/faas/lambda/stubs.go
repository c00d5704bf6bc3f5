package lambda

import "net/http"

// stubs answers what tools ask for beside functions, and of which there is none here,
// so that they go on: code signing, layers, event sources, provisioned concurrency.
func (s *Server) stubs(add func(string, handler)) {
	empty := func(pattern, name string) {
		add(pattern, func(w http.ResponseWriter, _ *http.Request) error {
			s.writeJSON(w, http.StatusOK, map[string]any{name: []any{}})
			return nil
		})
	}
	empty("GET /2015-03-31/event-source-mappings", "EventSourceMappings")
	empty("GET /2018-10-31/layers", "Layers")
	empty("GET /2020-04-22/code-signing-configs", "CodeSigningConfigs")
	of := func(pattern string, fields map[string]any) {
		add(pattern, func(w http.ResponseWriter, r *http.Request) error {
			f, _, err := s.look(r)
			if err != nil {
				return err
			}
			body := map[string]any{"FunctionName": f.Name, "FunctionArn": arn(f.Name, "")}
			for k, v := range fields {
				body[k] = v
			}
			s.writeJSON(w, http.StatusOK, body)
			return nil
		})
	}
	of("GET /2020-06-30/functions/{name}/code-signing-config", map[string]any{"CodeSigningConfigArn": ""})
	of("GET /2021-07-20/functions/{name}/runtime-management-config", map[string]any{"UpdateRuntimeOn": "Auto"})
	of("GET /2024-08-31/functions/{name}/recursion-config", map[string]any{"RecursiveLoop": "Terminate"})
	add("GET /2019-09-30/functions/{name}/provisioned-concurrency", func(w http.ResponseWriter, r *http.Request) error {
		if _, _, err := s.look(r); err != nil {
			return err
		}
		if r.URL.Query().Get("List") == "ALL" {
			s.writeJSON(w, http.StatusOK, map[string]any{"ProvisionedConcurrencyConfigs": []any{}})
			return nil
		}
		return fail(http.StatusNotFound, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function")
	})
}
