// Package tokencache keeps logins in files, one per registry and identity.
package tokencache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"ecrclients/internal/aws"
	"ecrclients/internal/files"
	"ecrclients/internal/registry"
	"ecrclients/internal/web"
)

const version = 1

// Key tells apart logins that must not be mixed up.
type Key struct {
	Registry string `json:"registry"` // account and Region, or the host of a mock
	Endpoint string `json:"endpoint"`
	Identity string `json:"identity"` // hash of whose credentials were used
}

type entry struct {
	Version int       `json:"version"`
	Key     Key       `json:"key"`
	Host    string    `json:"host"` // for `list`
	Token   aws.Token `json:"token"`
}

// Cache is a directory. A nil Cache holds nothing.
type Cache struct{ dir string }

// Open returns the cache of this user, or nil and the reason.
func Open() (*Cache, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(base, "ecrclients")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Cache{dir}, nil
}

func registryKey(r registry.Registry) string {
	if r.Account == "" {
		return r.Host
	}
	return r.Account + "/" + r.Region
}

// NewKey returns the key of a registry's login for some credentials.
func NewKey(r registry.Registry, endpoint string, cred aws.Credentials) Key {
	sum := sha256.Sum256([]byte(cred.Identity))
	return Key{registryKey(r), endpoint, hex.EncodeToString(sum[:])}
}

func (c *Cache) path(k Key) string {
	sum := sha256.Sum256([]byte(k.Registry + "\n" + k.Endpoint + "\n" + k.Identity))
	return filepath.Join(c.dir, "token-"+hex.EncodeToString(sum[:16])+".json")
}

// Lock lets one process at a time obtain the login of a key. A few keys share
// a lock, so that the number of files is bounded.
func (c *Cache) Lock(ctx context.Context, k Key) (func(), error) {
	if c == nil {
		return func() {}, nil
	}
	name := strings.TrimPrefix(filepath.Base(c.path(k)), "token-")
	return files.Lock(ctx, filepath.Join(c.dir, "lock-"+name[:1]))
}

// Get returns the login of a key if there is one that is still valid. Whatever
// cannot be trusted counts as absent and is replaced by the next Put.
func (c *Cache) Get(k Key) (aws.Token, bool) {
	if c == nil {
		return aws.Token{}, false
	}
	e, ok := load(c.path(k))
	if !ok || e.Key != k || !e.Token.Valid() {
		return aws.Token{}, false
	}
	return e.Token, true
}

func load(path string) (entry, bool) {
	var e entry
	data, err := files.ReadPrivate(path)
	if err != nil || json.Unmarshal(data, &e) != nil || e.Version != version || !e.Token.Check() {
		return entry{}, false
	}
	web.Secret(e.Token.Password)
	return e, true
}

// Put stores a login, and removes those that have ended.
func (c *Cache) Put(k Key, host string, t aws.Token) error {
	if c == nil {
		return nil
	}
	data, err := json.Marshal(entry{version, k, host, t})
	if err != nil {
		return err
	}
	names, _ := filepath.Glob(filepath.Join(c.dir, "token-*.json"))
	for _, name := range names {
		if e, ok := load(name); !ok || !e.Token.Valid() {
			_ = os.Remove(name)
		}
	}
	return files.WriteAtomic(c.path(k), append(data, '\n'))
}

// Erase removes the logins of a registry for every identity, and files that
// cannot be read as a login: they might be of this registry.
func (c *Cache) Erase(r registry.Registry) error {
	if c == nil {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(c.dir, "token-*.json"))
	if err != nil {
		return err
	}
	var failed error
	for _, name := range names {
		if e, ok := load(name); ok && e.Key.Registry != registryKey(r) {
			continue
		}
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = err
		}
	}
	return failed
}

// Hosts returns the hosts with a valid login.
func (c *Cache) Hosts() []string {
	if c == nil {
		return nil
	}
	names, _ := filepath.Glob(filepath.Join(c.dir, "token-*.json"))
	var hosts []string
	for _, name := range names {
		if e, ok := load(name); ok && e.Token.Valid() {
			hosts = append(hosts, e.Host)
		}
	}
	return hosts
}
