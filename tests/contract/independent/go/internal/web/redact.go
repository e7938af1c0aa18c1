// Package web holds what every HTTP request of the clients shares: the
// transport, the retries, the errors and the removal of secrets from texts.
package web

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	maxSecrets = 512
	maxText    = 400
)

var known struct {
	sync.Mutex
	list []string
}

// Secret registers a value that must never appear in a message, and returns it.
// AWS quotes parts of a request in some errors, for instance the canonical
// request (which has the session token in it) in a signature mismatch.
func Secret(s string) string {
	if len(s) < 8 {
		return s
	}
	known.Lock()
	defer known.Unlock()
	for _, k := range known.list {
		if k == s {
			return s
		}
	}
	known.list = append(known.list, s)
	if len(known.list) > maxSecrets {
		known.list = known.list[1:]
	}
	return s
}

// Clean makes a text of unknown origin fit for one line of an error: secrets
// are replaced, only the first paragraph is kept, and its length is limited.
func Clean(s string) string {
	known.Lock()
	for _, k := range known.list {
		s = strings.ReplaceAll(s, k, "[secret]")
	}
	known.Unlock()
	s = strings.TrimSpace(s)
	if i := strings.Index(s, "\n\n"); i >= 0 {
		s = s[:i]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxText {
		cut := maxText
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}
