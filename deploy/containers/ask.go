package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

var client = http.Client{Timeout: 5 * time.Second}

type answer struct {
	status int
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %.300s", a.status, a.body) }

func ask(ctx context.Context, method, address string, body []byte, header ...string) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	a.status = resp.StatusCode
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	return a, err
}

// get wants a 200.
func get(ctx context.Context, address string) ([]byte, error) {
	a, err := ask(ctx, http.MethodGet, address, nil)
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("GET %s: wanted 200, came %v", address, a)
	}
	return a.body, err
}

func getJSON(ctx context.Context, address string, into any) error {
	body, err := get(ctx, address)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("GET %s: %w: %.300s", address, err, body)
	}
	return nil
}

// count asks Prometheus how many series an expression has.
func count(ctx context.Context, prometheus, expr string) (int, error) {
	var a struct{ Data struct{ Result []any } }
	err := getJSON(ctx, prometheus+"/api/v1/query?query="+url.QueryEscape(expr), &a)
	return len(a.Data.Result), err
}

// until looks every so often, until nothing is wrong any more. When the time is up it gives what was wrong last.
func until(ctx context.Context, every, within time.Duration, look func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last error
	for {
		err := look(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil || last == nil { // what is cut off says less than what was wrong before
			last = err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("not within %v", within), last)
		}
	}
}
