package lambda

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
)

// latest is the version that can be changed.
const latest = "$LATEST"

var (
	// functionName takes a name, a partial or a full ARN apart: region, account, name, qualifier.
	functionName = regexp.MustCompile(`^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$`)
	qualifierOK  = regexp.MustCompile(`^(\$LATEST|[a-zA-Z0-9-_]{1,128})$`)
	aliasOK      = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,128}$`)
	number       = regexp.MustCompile(`^[0-9]+$`)
	roleOK       = regexp.MustCompile(`^arn:aws[a-zA-Z-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$`)
	statementOK  = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,100}$`)
	envNameOK    = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9_])+$`)
)

// target is what a request is about: a function, and a version or alias of it ("" when
// the request names none).
type target struct{ name, qualifier string }

// parseName reads a name or ARN and the qualifier beside it.
func parseName(text, qualifier string) (target, error) {
	if len(text) > 170 {
		return target{}, breach("functionName", text, "Member must have length less than or equal to 170")
	}
	m := functionName.FindStringSubmatch(text)
	if m == nil {
		return target{}, breach("functionName", text, "Member must satisfy regular expression pattern: "+functionName.String())
	}
	if len(m[3]) > 64 {
		return target{}, breach("functionName", m[3], "Member must have length less than or equal to 64")
	}
	if (m[1] != "" && m[1] != Region) || (m[2] != "" && m[2] != Account) {
		return target{}, notFound("Functions from '%s:%s' are not reachable in this region ('%s:%s')", m[1], m[2], Region, Account)
	}
	t := target{m[3], m[4]}
	if qualifier != "" {
		if !qualifierOK.MatchString(qualifier) {
			return target{}, breach("qualifier", qualifier, "Member must satisfy regular expression pattern: "+qualifierOK.String())
		}
		if t.qualifier != "" && t.qualifier != qualifier {
			return target{}, invalid("The derived qualifier from the function name does not match the specified qualifier.")
		}
		t.qualifier = qualifier
	}
	return t, nil
}

// targetOf reads the target of a request to /…/functions/{name}….
func targetOf(r *http.Request) (target, error) {
	return parseName(r.PathValue("name"), r.URL.Query().Get("Qualifier"))
}

// bare is targetOf where a qualifier makes no sense.
func bare(r *http.Request) (string, error) {
	t, err := targetOf(r)
	if err == nil && t.qualifier != "" {
		err = invalid("This operation is permitted on the function only, not on its version or alias %s.", t.qualifier)
	}
	return t.name, err
}

// named returns the function that a request's path names; a qualifier makes no sense.
func (s *Server) named(r *http.Request) (*Function, error) {
	name, err := bare(r)
	if err != nil {
		return nil, err
	}
	return s.state.get(name)
}

// arn returns the ARN of a function, or of one of its versions or aliases.
func arn(name, qualifier string) string {
	out := "arn:aws:lambda:" + Region + ":" + Account + ":function:" + name
	if qualifier != "" {
		out += ":" + qualifier
	}
	return out
}

// ObjectName is the Secret's name of a function, and the beginning of all others: of
// letters that Kubernetes takes, and with a sum, because Lambda tells "a_B" from "a-b".
func ObjectName(name string) string {
	slug := strings.Trim(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "-")
	if len(slug) > 24 {
		slug = strings.Trim(slug[:24], "-")
	}
	return strings.ReplaceAll("l-"+slug+"-"+shortSum([]byte(name)), "--", "-")
}

// deploymentName names the Deployment of one state of one version.
func deploymentName(object, version, revision string) string {
	v := "v" + version
	if version == latest {
		v = "latest"
	}
	return object + "-" + v + "-" + shortSum([]byte(revision))[:6]
}

func shortSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}
