package web

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"math/rand"
	"sync"
	"time"
)

// Policy bounds the attempts of one operation.
type Policy struct {
	Attempts int           // in total
	Base     time.Duration // first pause, doubled each time
	Max      time.Duration // longest pause without Retry-After
	Each     time.Duration // limit of one attempt
}

var random = struct {
	sync.Mutex
	*rand.Rand
}{Rand: rand.New(rand.NewSource(seed()))}

func seed() int64 {
	var b [8]byte
	if _, err := crand.Read(b[:]); err != nil {
		return time.Now().UnixNano()
	}
	return int64(binary.LittleEndian.Uint64(b[:]))
}

// Jitter returns a duration between a half of d and d.
func Jitter(d time.Duration) time.Duration {
	if d <= 1 {
		return d
	}
	random.Lock()
	defer random.Unlock()
	return d/2 + time.Duration(random.Int63n(int64(d/2)+1))
}

// Backoff returns the pause after the given number of failures (1 or more).
func (p Policy) Backoff(failures int) time.Duration {
	d := p.Base
	for i := 1; i < failures && d < p.Max; i++ {
		d *= 2
	}
	if d > p.Max {
		d = p.Max
	}
	return Jitter(d)
}

// Retry calls f until it succeeds, fails for good, or the attempts or the time
// end. It does not start a pause that the deadline would cut short.
func Retry(ctx context.Context, p Policy, f func(context.Context) error) error {
	for n := 1; ; n++ {
		attempt, cancel := context.WithTimeout(ctx, p.Each)
		err := f(attempt)
		cancel()
		if err == nil || !IsTransient(err) || n >= p.Attempts || ctx.Err() != nil {
			return err
		}
		pause := p.Backoff(n)
		if asked := RetryAfterOf(err); asked > pause {
			pause = asked
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
			return err
		}
		if !Sleep(ctx, pause) {
			return err
		}
	}
}

// Sleep pauses and returns false if the context ended before.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
