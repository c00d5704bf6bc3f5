package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

// A Secret with this label, whose value is a name, and with both annotations, which name
// its keys, holds a login of something that has no address of its own, such as the key
// pair of Lambda's interface.
const (
	loginLabel   = "labbox.dev/credentials"
	userKeyNote  = "labbox.dev/user-key"
	passwordNote = "labbox.dev/password-key"
)

// loginSecret is a Secret as the API server writes it.
type loginSecret struct {
	Metadata struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Data map[string][]byte `json:"data"`
}

// furtherLogins returns the logins that Secrets name, without those that are known.
func (d *daemon) furtherLogins(ctx context.Context, known []Credential) ([]Credential, error) {
	secrets, err := d.cluster.List(ctx, lab.ObjectQuery{APIVersion: "v1", Kind: "Secret", Selector: loginLabel})
	if err != nil {
		return nil, fmt.Errorf("look for further logins: %w", err)
	}
	var further []Credential
	for _, secret := range secrets {
		c, ok := labelledLogin(secret)
		if ok && !slices.ContainsFunc(known, func(k Credential) bool { return k.ID == c.ID }) {
			further = append(further, c)
		}
	}
	return further, nil
}

// labelledLogin reads the login of a Secret, if its annotations say where.
func labelledLogin(object map[string]any) (Credential, bool) {
	text, err := json.Marshal(object)
	if err != nil {
		return Credential{}, false
	}
	secret, err := decode[loginSecret](text)
	if err != nil {
		return Credential{}, false
	}
	notes := secret.Metadata.Annotations
	if notes[userKeyNote] == "" || notes[passwordNote] == "" {
		return Credential{}, false
	}
	return Credential{
		ID:   secret.Metadata.Labels[loginLabel],
		User: string(secret.Data[notes[userKeyNote]]), Password: string(secret.Data[notes[passwordNote]]),
	}, true
}
