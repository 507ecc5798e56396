package response

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
// identity. Where nothing that there is would be acceptable, the answer comes as it is: RFC 9110 leaves the choice between
// that and 406, and everybody can read it.
func preferenceOf(headers []string) preference {
	if len(headers) == 0 {
		return nil
	}
	if len(headers) == 1 {
		return preferences.get(headers[0])
	}
	return readPreference(headers)
}

func readPreference(headers []string) preference {
	var p preference
	plain := weight(headers, identity)
	for _, c := range served {
		q := weight(headers, c)
		if q <= 0 || q < plain {
			continue
		}
		at := len(p)
		for at > 0 && weight(headers, p[at-1]) < q {
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

func (m *memo) get(header string) preference {
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

// weight is what Accept-Encoding gives a coding: by its name, else by "*", else 0. "*" speaks for gzip alone: clients that
// send nothing else are old, and read neither br nor zstd.
func weight(headers []string, c coding) float64 {
	star := 0.0
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			switch name = trimOWS(name); {
			case c.isNamed(name):
				return quality(parameters)
			case name == "*" && c == gzipCoding:
				star = quality(parameters)
			}
		}
	}
	return star
}

// isNamed compares without regard to case. x-gzip is gzip (RFC 9110 §8.4.1.3).
func (c coding) isNamed(name string) bool {
	return strings.EqualFold(name, c.name()) || c == gzipCoding && strings.EqualFold(name, "x-gzip")
}

// quality reads the weight out of parameters, "q=0.5"; without one that can be read it is 1.
func quality(parameters string) float64 {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(trimOWS(name), "q") {
			return qvalue(trimOWS(value))
		}
	}
	return 1
}

// qvalue reads digits with a point, 0 to 1 (RFC 9110 §12.4.2).
func qvalue(text string) float64 {
	if strings.Trim(text, "0123456789.") != "" {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil || q > 1 {
		return 1
	}
	return q
}

// trimOWS cuts optional whitespace off (RFC 9110 §5.6.3).
func trimOWS(text string) string { return strings.Trim(text, " \t") }
