package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Tenant is a simulated one in another process, with its control at run time.
type Tenant struct {
	*Process // nil: part of the demo
	URL      string
}

// NewTenant describes `aggregator acme` at an address without starting it. Its log is in dir.
func NewTenant(dir, binary, addr string, args ...string) *Tenant {
	args = append([]string{"acme", "--listen", addr}, args...)
	return &Tenant{Process: NewProcess(dir, "simulator", binary, args...), URL: "http://" + addr}
}

// Begin starts the tenant and waits until it answers.
func (n *Tenant) Begin(ctx context.Context) error {
	if err := n.Start(); err != nil {
		return err
	}
	return n.Await(ctx, func(ctx context.Context) error { return n.Control(ctx, http.MethodGet, "calls", nil, nil) })
}

// Break replaces all faults, in the simulator's own words; none heals everything.
func (n *Tenant) Break(ctx context.Context, faults ...string) error {
	return n.Control(ctx, http.MethodPut, "faults", append([]string{}, faults...), nil)
}

// Calls counts what the tenant was asked, by operation. Groups and the total are listed too.
func (n *Tenant) Calls(ctx context.Context) (map[string]int, error) {
	var counts map[string]struct{ Calls int }
	if err := n.Control(ctx, http.MethodGet, "calls", nil, &counts); err != nil {
		return nil, err
	}
	calls := map[string]int{}
	for name, c := range counts {
		calls[name] = c.Calls
	}
	return calls, nil
}

// Control sends a document to /_acme/PATH and reads another one, unless out is nil.
func (n *Tenant) Control(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // only against hanging
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	read, err := fetch(ctx, method, n.URL+"/_acme/"+path, body)
	if err == nil && out != nil {
		err = json.Unmarshal(read, out)
	}
	if err != nil {
		return fmt.Errorf("simulator: %s %s: %w", method, path, err)
	}
	return nil
}

// fetch sends a request over a connection of its own, and gives the body of an answer that is a success.
func fetch(ctx context.Context, method, address string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("status %d: %.200s", resp.StatusCode, read)
	}
	return read, err
}

// Listen serves a handler on loopback until the test ends, a tenant in the test's own process for example, and gives its
// URL.
func Listen(t testing.TB, h http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // before Close: some hang on purpose
	return server.URL
}
