// Package tracetest is a collector for tests: it takes OTLP over HTTP, as the real ones do, and keeps everything.
package tracetest

import (
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Span is what a collector learns of one.
type Span struct {
	Name, Trace, ID, Parent string // ids in hexadecimal digits; no parent: empty
	State                   string // tracestate
	Kind                    otlp.Span_SpanKind
	Failed                  bool
	Said                    map[string]string // attributes
	Began                   time.Time
	Took                    time.Duration
}

// Collector keeps what it is sent.
type Collector struct {
	URL string

	mu    sync.Mutex
	spans []Span
	text  []byte // all requests, unpacked
	paths map[string]int
}

// New listens on loopback until the test ends.
func New(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{paths: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.take(r); err != nil {
			t.Errorf("what came is not OTLP: %v", err)
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *Collector) take(r *http.Request) error {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			return err
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var request collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(text, &request); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paths[r.Method+" "+r.URL.Path]++
	c.text = append(c.text, text...)
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, spanOf(s, resource.Resource.Attributes))
			}
		}
	}
	return nil
}

func spanOf(s *otlp.Span, resource []*common.KeyValue) Span {
	span := Span{
		Name: s.Name, Trace: hex.EncodeToString(s.TraceId), ID: hex.EncodeToString(s.SpanId), Parent: hex.EncodeToString(s.ParentSpanId),
		State: s.TraceState, Kind: s.Kind, Failed: s.GetStatus().GetCode() == otlp.Status_STATUS_CODE_ERROR,
		Said: map[string]string{}, Began: time.Unix(0, int64(s.StartTimeUnixNano)), Took: time.Duration(s.EndTimeUnixNano - s.StartTimeUnixNano),
	}
	for _, list := range [][]*common.KeyValue{resource, s.Attributes} {
		for _, a := range list {
			switch v := a.Value.Value.(type) {
			case *common.AnyValue_StringValue:
				span.Said[a.Key] = v.StringValue
			case *common.AnyValue_IntValue:
				span.Said[a.Key] = fmt.Sprint(v.IntValue)
			default:
				span.Said[a.Key] = fmt.Sprintf("%T", v)
			}
		}
	}
	return span
}

// Spans are all that came, in the order in which they did.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Of are the spans of one trace, by name.
func (c *Collector) Of(trace string) map[string][]Span {
	found := map[string][]Span{}
	for _, s := range c.Spans() {
		if s.Trace == trace {
			found[s.Name] = append(found[s.Name], s)
		}
	}
	return found
}

// Text is everything that came, unpacked, to be searched.
func (c *Collector) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}

// Paths counts the requests by method and path.
func (c *Collector) Paths() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.paths)
}
