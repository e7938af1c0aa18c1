// Package dockercfg reads and changes docker's config.json.
package dockercfg

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ecrclients/internal/files"
	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

// Auth is an entry of `auths`.
type Auth struct {
	Auth          string `json:"auth,omitempty"`
	Username      string `json:"username,omitempty"`
	Password      string `json:"password,omitempty"`
	IdentityToken string `json:"identitytoken,omitempty"`
}

// Config is the part of the file that concerns logins.
type Config struct {
	Auths       map[string]Auth   `json:"auths"`
	CredHelpers map[string]string `json:"credHelpers"`
	CredsStore  string            `json:"credsStore"`
}

// Path returns the path of the user's file.
func Path() (string, error) {
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		return filepath.Join(dir, "config.json"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".docker", "config.json"), nil
}

// Load reads a file. One that does not exist is empty.
func Load(path string) (Config, error) {
	var c Config
	data, _, err := files.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	// The error of the parser may quote a part of the file.
	if err := json.Unmarshal(data, &c); err != nil {
		return c, errors.New(path + ": it is not a config.json of docker")
	}
	return c, nil
}

// Helper returns the suffix of the credential helper for a host, or "".
func (c Config) Helper(host string) string {
	if h := c.CredHelpers[host]; h != "" {
		return h
	}
	return c.CredsStore
}

// Static returns the login in `auths` for a host.
func (c Config) Static(host string) (user, password string, ok bool) {
	a, found := c.Auths[host]
	if !found {
		for key, candidate := range c.Auths {
			if h, err := registry.HostOf(key); err == nil && h == host {
				a, found = candidate, true
			}
		}
	}
	return a.login()
}

func (a Auth) login() (user, password string, ok bool) {
	user, password = a.Username, a.Password
	if a.Auth != "" {
		raw, err := base64.StdEncoding.DecodeString(a.Auth)
		if err != nil {
			return "", "", false
		}
		user, password, _ = strings.Cut(strings.TrimRight(string(raw), "\x00"), ":")
	}
	web.Secret(password)
	return user, password, user != "" && password != ""
}

// Login is a login to write.
type Login struct{ Username, Password string }

// State is what a file was found to hold.
type State struct {
	Missing bool            // there is no file
	Corrupt bool            // it is not a config.json
	Private bool            // only its owner may read it
	Has     map[string]bool // hosts with exactly the login of the caller
	Gone    map[string]bool // hosts without an entry, in a readable file
}

// Inspect compares a file with logins.
func Inspect(path string, logins map[string]Login) (State, error) {
	s := State{Has: map[string]bool{}, Gone: map[string]bool{}}
	c, err := Load(path)
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return s, err
	}
	if err != nil {
		s.Corrupt = true
		return s, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		s.Missing = true
		return s, nil
	}
	s.Private = info.Mode().Perm() == 0o600
	for host, l := range logins {
		a, found := c.Auths[host]
		user, password, _ := a.login()
		s.Has[host] = found && user == l.Username && password == l.Password && a.IdentityToken == ""
		s.Gone[host] = !found
	}
	return s, nil
}

// Update writes logins and keeps everything else. A file that cannot be read
// as JSON is moved aside and replaced, since docker could not use it either.
func Update(ctx context.Context, path string, logins map[string]Login) (replaced bool, err error) {
	// A link is followed, so that it stays a link.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	wait, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	// The directory is locked, which leaves no lock file behind.
	unlock, err := files.Lock(wait, dir)
	if err != nil {
		return false, err
	}
	defer unlock()

	data, info, err := files.Read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	top, auths := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if len(bytes.TrimSpace(data)) > 0 {
		if json.Unmarshal(data, &top) != nil || top == nil || !object(top["auths"], &auths) {
			replaced = true
			top, auths = map[string]json.RawMessage{}, map[string]json.RawMessage{}
			if err := files.WriteAtomic(path+".corrupt", data); err != nil {
				return false, err
			}
		}
	}
	for host, l := range logins {
		// A whole new entry: an identity token would have precedence.
		raw, err := json.Marshal(Auth{Auth: base64.StdEncoding.EncodeToString([]byte(l.Username + ":" + l.Password))})
		if err != nil {
			return false, err
		}
		auths[host] = raw
	}
	if top["auths"], err = json.Marshal(auths); err != nil {
		return false, err
	}
	out, err := json.MarshalIndent(top, "", "\t")
	if err != nil {
		return false, err
	}
	out = append(out, '\n')
	if info != nil && info.Mode().Perm() == 0o600 && bytes.Equal(out, data) {
		return replaced, nil
	}
	return replaced, files.WriteAtomic(path, out)
}

func object(raw json.RawMessage, into *map[string]json.RawMessage) bool {
	if raw == nil {
		return true
	}
	if json.Unmarshal(raw, into) != nil {
		return false
	}
	if *into == nil { // null
		*into = map[string]json.RawMessage{}
	}
	return true
}
