package aws

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// section maps the keys of one section to values; a nested key is "outer.inner".
type section map[string]string

// readINI reads a file of ~/.aws. A file that does not exist is empty.
func readINI(path string) (map[string]section, error) {
	out := map[string]section{}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	var cur section
	outer := ""
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		nested := line[0] == ' ' || line[0] == '\t'
		if !nested && text[0] == '[' {
			end := strings.IndexByte(text, ']')
			if end < 0 {
				return nil, fmt.Errorf("%s: line %d: the section has no end", path, i+1)
			}
			name := strings.Join(strings.Fields(text[1:end]), " ")
			cur, outer = out[name], ""
			if cur == nil {
				cur = section{}
				out[name] = cur
			}
			continue
		}
		eq := strings.IndexByte(text, '=')
		if nested && outer != "" && cur != nil {
			// Either a nested key or the rest of a long value, which no
			// setting used here has.
			if eq > 0 {
				cur[outer+"."+strings.ToLower(strings.TrimSpace(text[:eq]))] = value(text[eq+1:])
			}
			continue
		}
		if eq <= 0 || cur == nil {
			// The line is not quoted: it may hold a secret.
			return nil, fmt.Errorf("%s: line %d is not a setting", path, i+1)
		}
		key := strings.ToLower(strings.TrimSpace(text[:eq]))
		cur[key] = value(text[eq+1:])
		outer = ""
		if cur[key] == "" {
			outer = key
		}
	}
	return out, nil
}

// value removes spaces and a comment, which begins after a space.
func value(s string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		if i := strings.Index(s, mark); i >= 0 {
			s = s[:i]
		}
	}
	return strings.TrimSpace(s)
}
