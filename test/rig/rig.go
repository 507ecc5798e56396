// Package rig sets the whole service up for fault tests: the program itself as a process, a real Redis, and helpers to
// ask and to wait. Tests break things around it and watch from outside.
package rig

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// binary is the program, built once by Main.
var binary string

// Main builds the program for all tests of a package, runs them, and cleans up. A TestMain ends with it. atATime is how
// many tests that are Beside others run at a time; most of them mostly wait.
func Main(m interface{ Run() int }, atATime int) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(atATime)); err != nil {
		panic(err) // every test program has the flag
	}
	code, err := withBinary(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withBinary(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "faults")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "aggregator")
	build := exec.Command("go", "build", "-o", binary, "timeslots/cmd/aggregator")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the service: %w\n%s", err, out)
	}
	return run(), nil
}

// Binary is the program.
func Binary() string { return binary }

// Reply is an answer, read whole.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration
	Err    error // the connection failed; Status is 0
}

// Client keeps connections, and waits as long as a test does.
var Client = &http.Client{
	Timeout:       Patience,
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Send makes one request; headers are pairs. A connection that fails is told in the reply.
func Send(t testing.TB, method, url, body string, headers ...string) Reply {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	begin := time.Now()
	resp, err := Client.Do(req)
	if err != nil {
		return Reply{Err: err, Took: time.Since(begin)}
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return Reply{Status: resp.StatusCode, Header: resp.Header, Body: read, Took: time.Since(begin), Err: err}
}

// Get asks for url.
func Get(t testing.TB, url string, headers ...string) Reply {
	t.Helper()
	return Send(t, http.MethodGet, url, "", headers...)
}
