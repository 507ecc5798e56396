package api

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// preference is which codings a client takes, best first. Empty: identity only.
type preference []coding

// served is the order in which codings are preferred that a client likes equally: the smallest first.
var served = [...]coding{brotliCoding, zstdCoding, gzipCoding}

// preferenceOf reads Accept-Encoding (RFC 9110 §12.5.3). A coding is used when it is accepted and not liked less than
// identity.
func preferenceOf(headers []string) preference {
	if len(headers) == 0 {
		return nil
	}
	if len(headers) == 1 {
		return preferences.of(headers[0])
	}
	return readPreference(headers)
}

func readPreference(headers []string) preference {
	var p preference
	plain := weight(headers, "identity")
	for _, c := range served {
		q := weight(headers, c.name())
		if q <= 0 || q < plain {
			continue
		}
		at := len(p)
		for at > 0 && weight(headers, p[at-1].name()) < q {
			at--
		}
		p = append(p, 0)
		copy(p[at+1:], p[at:])
		p[at] = c
	}
	return p
}

// preferences remembers what common headers mean: browsers, CDNs and load tools send a handful. Reading takes no lock.
var preferences memo

const memoSize = 64

type memo struct {
	mu    sync.Mutex
	known atomic.Pointer[map[string]preference]
}

func (m *memo) of(header string) preference {
	known := m.known.Load()
	if known != nil {
		if p, ok := (*known)[header]; ok {
			return p
		}
	}
	p := readPreference([]string{header})
	if len(header) <= memoHeader && (known == nil || len(*known) < memoSize) {
		m.keep(header, p)
	}
	return p
}

// memoHeader is the longest header that is remembered.
const memoHeader = 128

func (m *memo) keep(header string, p preference) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := map[string]preference{strings.Clone(header): p}
	if known := m.known.Load(); known != nil {
		if len(*known) >= memoSize {
			return
		}
		for h, k := range *known {
			next[h] = k
		}
	}
	m.known.Store(&next)
}

// weight is what Accept-Encoding gives a coding: by its name, else by "*", else 0 (RFC 9110 §12.5.3).
func weight(headers []string, coding string) float64 {
	star := 0.0
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			name, parameter, _ := strings.Cut(part, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, coding):
				return quality(parameter)
			case name == "*" && coding != "identity":
				star = quality(parameter)
			}
		}
	}
	return star
}

// quality reads "q=0.5"; one without a readable weight counts in full.
func quality(parameter string) float64 {
	_, value, ok := strings.Cut(strings.TrimSpace(parameter), "=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || q < 0 || q > 1 {
		return 1
	}
	return q
}
