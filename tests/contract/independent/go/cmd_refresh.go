package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"ecrclients/ecrlogin"
	"ecrclients/internal/aws"
	"ecrclients/internal/dockercfg"
	"ecrclients/internal/web"
)

const (
	tick       = 250 * time.Millisecond
	inspection = 2 * time.Second
	// refetchGap keeps a program that removes logins from causing a storm.
	refetchGap = 2 * time.Second
	longest    = 5 * time.Minute
	shortest   = 50 * time.Millisecond
)

// target is a registry of the daemon. Only the main loop uses it.
type target struct {
	host     string
	login    *dockercfg.Login // nil until there is one to write
	onDisk   *dockercfg.Login // the login that was last seen in the file
	expires  time.Time
	next     time.Time // of the next request to AWS
	last     time.Time // of the last success
	failures int
	busy     bool
}

type outcome struct {
	t     *target
	token aws.Token
	err   error
}

type keeper struct {
	file     string
	targets  []*target
	results  chan outcome
	inspect  time.Time // of the next look at the file
	failures int       // of writing
	warned   bool
}

// refresher keeps the logins in a config.json of docker valid until SIGTERM.
func refresher(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("refresher", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("file", "", "")
	if flags.Parse(args) != nil || *file == "" {
		return errUsage
	}
	hosts, err := hostsOf(flags.Args())
	if err != nil {
		return err
	}
	k := &keeper{file: *file, results: make(chan outcome, len(hosts))}
	now := time.Now()
	for _, host := range hosts {
		k.targets = append(k.targets, &target{host: host, next: now})
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		for _, t := range k.targets {
			if !t.busy && due(t.next) {
				t.busy = true
				go k.fetch(ctx, t)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case o := <-k.results:
			k.handle(o)
		case <-ticker.C:
		}
		if due(k.inspect) {
			k.look(ctx)
		}
	}
}

// due compares both clocks: the monotonic one stops while the machine sleeps,
// and the other one may be set back.
func due(at time.Time) bool {
	now := time.Now()
	return !now.Before(at) || !now.Round(0).Before(at.Round(0))
}

func (k *keeper) fetch(ctx context.Context, t *target) {
	limited, cancel := context.WithTimeout(ctx, aws.Limit)
	defer cancel()
	token, err := ecrlogin.Fetch(limited, t.host)
	k.results <- outcome{t, token, err}
}

func (k *keeper) handle(o outcome) {
	t, now := o.t, time.Now()
	t.busy = false
	if o.err != nil {
		t.failures++
		pause := web.Policy{Base: 2 * time.Second, Max: longest}.Backoff(t.failures)
		// With little time left, try more often than the pauses grow.
		if left := time.Until(t.expires) / 4; t.login != nil && left > 0 && pause > left {
			pause = left
			if pause < time.Second {
				pause = time.Second
			}
		}
		if asked := web.RetryAfterOf(o.err); asked > pause {
			pause = asked
			if pause > longest {
				pause = longest
			}
		}
		t.next = now.Add(pause)
		warn("refresher: %s: %v; next attempt in %v", t.host, o.err, pause.Round(100*time.Millisecond))
		return
	}
	t.failures, t.last, t.expires = 0, now, o.token.ExpiresAt
	t.login = &dockercfg.Login{Username: o.token.Username, Password: o.token.Password}
	// A little early and at different times, so that not all machines that
	// started together ask together.
	half := time.Until(o.token.RenewAt())
	t.next = now.Add(half - (half-web.Jitter(half))/5 + shortest)
	k.inspect = now
	fmt.Printf("refresher: %s: new login, valid until %s\n", t.host, t.expires.UTC().Format(time.RFC3339))
}

// look brings the file in line with the logins.
func (k *keeper) look(ctx context.Context) {
	k.inspect = time.Now().Add(inspection)
	logins := map[string]dockercfg.Login{}
	for _, t := range k.targets {
		if t.login != nil {
			logins[t.host] = *t.login
		}
	}
	if len(logins) == 0 {
		return
	}
	state, err := dockercfg.Inspect(k.file, logins)
	if err != nil {
		k.writeFailed(err)
		return
	}
	complete := !state.Missing && !state.Corrupt
	if complete {
		for _, t := range k.targets {
			// An entry that was there and is gone was taken out on purpose, as
			// `docker logout` does: the login may have been rejected, so it is
			// replaced by a new one and not put back.
			if t.login != nil && t.onDisk == t.login && state.Gone[t.host] {
				t.login = nil
				delete(logins, t.host)
				if at := t.last.Add(refetchGap); at.Before(t.next) {
					t.next = at
				}
			} else if t.login != nil && !state.Has[t.host] {
				complete = false
			}
		}
	}
	if complete && state.Private {
		k.failures = 0
		for _, t := range k.targets {
			t.onDisk = t.login
		}
		return
	}
	if len(logins) == 0 {
		return
	}
	replaced, err := dockercfg.Update(ctx, k.file, logins)
	if err != nil {
		k.writeFailed(err)
		return
	}
	if replaced {
		warn("refresher: %s was not a config.json of docker; it was replaced and kept as %s.corrupt", k.file, k.file)
	}
	for _, t := range k.targets {
		t.onDisk = t.login
	}
	k.failures = 0
	k.warnOverridden()
}

func (k *keeper) writeFailed(err error) {
	k.failures++
	pause := web.Policy{Base: inspection, Max: time.Minute}.Backoff(k.failures)
	k.inspect = time.Now().Add(pause)
	warn("refresher: %v", err)
}

// warnOverridden tells once why docker would not read the logins.
func (k *keeper) warnOverridden() {
	conf, err := dockercfg.Load(k.file)
	if err != nil || k.warned {
		return
	}
	for _, t := range k.targets {
		if name := conf.Helper(t.host); name != "" {
			k.warned = true
			warn("refresher: docker uses the helper %q for %s in %s, and not the login that is kept there", name, t.host, k.file)
		}
	}
}
