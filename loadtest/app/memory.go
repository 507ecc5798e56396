package app

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// kept is an answer to a GET that the phone has in memory until the app ends, as the system keeps it for the SDK.
type kept struct {
	answer
	tag   string
	until time.Time // it is asked for again after this
}

// recall is what the phone has of a request. It is fresh for as long as its Cache-Control said; after that the request
// offers its tag.
func (p *Phone) recall(req *http.Request) (k kept, fresh bool) {
	if req.Method != http.MethodGet || req.Header["Authorization"] != nil {
		return k, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	k, found := p.kept[req.URL.String()]
	if !found {
		return k, false
	}
	if k.tag != "" {
		req.Header["If-None-Match"] = []string{k.tag}
	}
	return k, p.o.Now().Before(k.until)
}

// keep remembers a good answer that may be kept, and that can be used again later.
func (p *Phone) keep(req *http.Request, a answer) {
	if req.Method != http.MethodGet || req.Header["Authorization"] != nil || a.status != http.StatusOK {
		return
	}
	k := kept{answer: a, tag: a.header.Get("ETag")}
	for directive := range strings.SplitSeq(a.header.Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store":
			return
		case "max-age":
			seconds, _ := strconv.Atoi(value)
			age, _ := strconv.Atoi(a.header.Get("Age"))
			k.until = p.o.Now().Add(time.Duration(seconds-age) * time.Second)
		}
	}
	if k.tag == "" && k.until.IsZero() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept[req.URL.String()] = k
}
