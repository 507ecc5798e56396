package booking

import (
	"io"
	"net/http"
)

// learnVisitID listens to the answer of a booking for the id of the visit, because a cancellation names nothing else
// (docs/dexcare.md §7.7). The answer is not held up.
func (g *Gateway) learnVisitID(p *passThrough, resp *http.Response) {
	if p.route.effect != effectBooks || resp.StatusCode >= 300 || p.around.IsZero() {
		return
	}
	resp.Body = &listener{
		ReadCloser: resp.Body, coding: resp.Header.Get("Content-Encoding"),
		hear: func(text []byte) (found bool) {
			g.guarded(func() {
				if id := visitIDIn(text); id != "" {
					g.visits.put(g.prints.sum(id), p.booking)
					found = true
				}
			})
			return found
		},
	}
}

// eagerLooks is how often a listener looks before the answer is whole: an answer that drips must not be parsed anew
// for every byte.
const eagerLooks = 16

// listener hands the beginning of a body to hear while it is read, before its reader sees the bytes: a client that has the
// whole id can cancel at once.
type listener struct {
	io.ReadCloser
	coding string
	hear   func(text []byte) (found bool)

	heard []byte
	looks int
	done  bool
}

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if !l.done {
		l.listen(p[:n], err != nil)
	}
	return n, err
}

func (l *listener) listen(part []byte, last bool) {
	l.heard = append(l.heard, part[:min(len(part), judgeText-len(l.heard))]...)
	last = last || len(l.heard) == judgeText
	l.looks++
	if !last && l.looks > eagerLooks {
		return
	}
	text, _ := decode(l.coding, l.heard)
	if l.done = l.hear(text) || last; l.done {
		l.heard = nil
	}
}
