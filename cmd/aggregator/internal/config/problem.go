package config

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is one mistake: where, what, and how to put it right. It never quotes a secret.
type Problem struct {
	File   string // the configuration file, or "environment"
	Line   int    // 1-based; 0 when there is none
	Path   string // key path, "sources.careDirect.timeout", or the variable's name; empty for the file as a whole
	Detail string
	Fix    string
}

// String is "file:line: path: detail; fix".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	for _, part := range []string{p.Path, p.Detail} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Error is everything that is wrong with a configuration, at least one problem.
type Error struct{ Problems []Problem }

// Error has one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// places knows where values came from, and collects what is wrong with them.
type places struct {
	file  string
	lines map[string]int    // key → line in the file
	env   map[string]string // key → variable that set it
	files map[string]string // key → file:/path that it was read from

	problems []Problem
	bad      map[string]bool // keys with a problem
}

// add reports a problem of a key, once for each key: what follows from a wrong value is not worth telling.
func (p *places) add(key, detail, fix string) {
	if p.bad[key] {
		return
	}
	p.bad[key] = true
	found := Problem{File: p.file, Path: key, Detail: detail, Fix: fix}
	if variable, ok := p.variable(key); ok {
		found.File, found.Path = "environment", variable+" ("+key+")"
	} else {
		found.Line = p.line(key)
	}
	p.problems = append(p.problems, found)
}

// variable is the environment variable that set the key, or the list that the key is an element of.
func (p *places) variable(key string) (string, bool) {
	for at := key; at != ""; at = parentKey(at) {
		if name, ok := p.env[at]; ok {
			return name, true
		}
	}
	return "", false
}

// line is where the key stands in the file, or the nearest key around it that does.
func (p *places) line(key string) int {
	for at := key; at != ""; at = parentKey(at) {
		if line, ok := p.lines[at]; ok {
			return line
		}
	}
	return 0
}

// parentKey cuts the last step off: ".name" or "[3]".
func parentKey(key string) string { return key[:max(0, strings.LastIndexAny(key, ".["))] }

func childKey(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "." + name
}

func elementKey(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

const maxQuoted = 60

// quote shows a value in a message, unless it may carry a credential ("user:password@host") or is long.
func quote(value string) string {
	if strings.Contains(value, "@") || !utf8.ValidString(value) || len(value) > maxQuoted {
		return "the value"
	}
	return fmt.Sprintf("%q", value)
}
