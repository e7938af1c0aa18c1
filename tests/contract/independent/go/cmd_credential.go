package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"ecrclients/internal/aws"
	"ecrclients/internal/registry"
	"ecrclients/internal/tokencache"
	"ecrclients/internal/web"
)

// These texts are a part of docker's protocol.
var (
	errNotFound  = errors.New("credentials not found in native keychain")
	errNoServer  = errors.New("no credentials server URL")
	errNotStored = errors.New("this helper obtains logins from AWS and stores none")
)

type dockerLogin struct {
	ServerURL string
	Username  string
	Secret    string
}

// dockerCredential is a credential helper of docker.
func dockerCredential(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	out, err := credentialAction(ctx, args[0])
	if err == errUsage {
		return err
	}
	if err != nil {
		// Docker reads the reason from stdout; stderr is for a person. No login
		// for another registry is no failure that a person should hear of.
		text := web.Clean(err.Error())
		_ = emit([]byte(text + "\n"))
		if err == errNotFound {
			os.Exit(1)
		}
		return err
	}
	return emit(out)
}

func credentialAction(ctx context.Context, action string) ([]byte, error) {
	switch action {
	case "version":
		return []byte("docker-credential-ecrclients 1.0\n"), nil
	case "list":
		return credentialList()
	case "get", "erase", "store":
	default:
		return nil, errUsage
	}
	input, err := web.ReadBody(os.Stdin, maxInput)
	if err != nil {
		return nil, fmt.Errorf("stdin: %w", err)
	}
	if action == "store" {
		// Success would make `docker login` claim that its login is kept.
		return nil, errNotStored
	}
	server := strings.TrimSpace(string(input))
	if server == "" {
		return nil, errNoServer
	}
	if action == "erase" {
		return nil, credentialErase(server)
	}
	t, err := credentialGet(ctx, server)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(dockerLogin{server, t.Username, t.Password})
	return append(out, '\n'), err
}

// credentialGet returns a login of the cache or of AWS. In the second half of
// its life a login in the cache is given out only if AWS cannot be reached.
func credentialGet(ctx context.Context, server string) (aws.Token, error) {
	ctx, cancel := context.WithTimeout(ctx, aws.Limit)
	defer cancel()
	conf, err := aws.Load()
	if err != nil {
		return aws.Token{}, err
	}
	r, err := conf.Registry(server)
	if errors.Is(err, registry.ErrNotECR) {
		return aws.Token{}, errNotFound
	}
	if err != nil {
		return aws.Token{}, err
	}
	endpoint, err := conf.Endpoint(r)
	if err != nil {
		return aws.Token{}, err
	}
	cred, err := conf.Resolve(ctx)
	if err != nil {
		return aws.Token{}, err
	}
	key := tokencache.NewKey(r, endpoint, cred)
	cache, err := tokencache.Open()
	if err != nil {
		warn("docker-credential: no cache: %v", err)
	}
	if t, ok := cache.Get(key); ok && t.Fresh() {
		return t, nil
	}
	// Docker starts many helpers at once: one asks AWS and the others wait.
	wait, stop := context.WithTimeout(ctx, 15*time.Second)
	unlock, err := cache.Lock(wait, key)
	stop()
	if err == nil {
		defer unlock()
	}
	old, ok := cache.Get(key)
	if ok && old.Fresh() {
		return old, nil
	}
	limited := ctx
	if ok {
		// The login at hand is good: do not wait for a slow API.
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, old.RenewLimit())
		defer cancel()
	}
	t, err := conf.Fetch(limited, r, cred)
	if err != nil {
		// Read anew: it may have been erased in the meantime.
		if old, ok := cache.Get(key); ok && web.IsTransient(err) {
			warn("docker-credential: the login was not renewed: %v", err)
			return old, nil
		}
		return aws.Token{}, err
	}
	if err := cache.Put(key, r.Host, t); err != nil {
		warn("docker-credential: the login was not cached: %v", err)
	}
	return t, nil
}

// credentialErase drops the login of a registry, for instance one that the
// registry rejected.
func credentialErase(server string) error {
	r, err := registry.Parse(server)
	if err != nil && err != registry.ErrNotECR {
		return fmt.Errorf("%q is %w", server, err)
	}
	cache, err := tokencache.Open()
	if err != nil {
		return nil // without a cache there is nothing to erase
	}
	return cache.Erase(r)
}

func credentialList() ([]byte, error) {
	cache, err := tokencache.Open()
	if err != nil {
		warn("docker-credential: no cache: %v", err)
	}
	users := map[string]string{}
	for _, host := range cache.Hosts() {
		users["https://"+host] = "AWS"
	}
	out, err := json.Marshal(users)
	return append(out, '\n'), err
}
