package main

import (
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/test/rig/figure"
)

func TestCachesShrinkToTheirShareOfTheMemoryLimit(t *testing.T) {
	const MiB = int64(config.MiB)
	for name, tt := range map[string]struct {
		limit                int64
		fragments, responses config.Size
		wantFragments        config.Size
		wantResponses        config.Size
		changed              bool
	}{
		"no limit":           {math.MaxInt64, 256 * config.MiB, 128 * config.MiB, 256 * config.MiB, 128 * config.MiB, false},
		"enough":             {1000 * MiB, 256 * config.MiB, 128 * config.MiB, 256 * config.MiB, 128 * config.MiB, false},
		"too little":         {300 * MiB, 256 * config.MiB, 128 * config.MiB, 80 * config.MiB, 40 * config.MiB, true},
		"hardly anything":    {2 * MiB, 256 * config.MiB, 128 * config.MiB, config.MiB, config.MiB, true},
		"one large, one not": {100 * MiB, 79 * config.MiB, 1 * config.MiB, 39*config.MiB + config.MiB/2, config.MiB, true},
	} {
		m := config.Memory{Fragments: tt.fragments, Responses: tt.responses}
		if changed := fitCaches(&m, tt.limit); changed != tt.changed || m.Fragments/config.KiB != tt.wantFragments/config.KiB || m.Responses/config.KiB != tt.wantResponses/config.KiB {
			t.Errorf("%s: %v %+v", name, changed, m)
		}
	}
}

func TestWhatQuestionsShareShrinksWithTheMemoryLimit(t *testing.T) {
	for limit, want := range map[int64]int{math.MaxInt64: 0, 500_000_000: 0, 200_000_000: 32_000_000, 10: 1} {
		if got := unionBytes(limit); got != want {
			t.Errorf("with %d bytes it may take %d, want %d", limit, got, want)
		}
	}
}

func TestAReloadUnderAMemoryLimitFindsNothingChanged(t *testing.T) {
	load := func() (*config.Config, error) { return config.LoadBytes("test", []byte(served("127.0.0.1:1")), nil) }
	const limit = 100 << 20
	first, err := load()
	if err != nil {
		t.Fatal(err)
	}
	fitCaches(&first.Cache.Memory, limit)
	again, err := fitted(load, limit)()
	if err != nil || again.Cache.Memory != first.Cache.Memory {
		t.Errorf("%+v, then %+v (%v)", first.Cache.Memory, again.Cache.Memory, err)
	}
}

// container is a memory cgroup of our own.
type container struct{ dir, limit, peak string }

// newContainer makes one, where this machine lets us.
func newContainer(t *testing.T, limit int64) container {
	t.Helper()
	for _, c := range []container{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"}, // version 1
		{"/sys/fs/cgroup", "memory.max", "memory.peak"},
	} {
		c.dir = filepath.Join(c.dir, fmt.Sprintf("timeslots-test-%d", os.Getpid()))
		if os.Mkdir(c.dir, 0o755) != nil {
			continue
		}
		t.Cleanup(func() {
			eventually(t, "the cgroup's end", func() bool { return os.Remove(c.dir) == nil })
		})
		if os.WriteFile(filepath.Join(c.dir, c.limit), []byte(strconv.FormatInt(limit, 10)), 0o644) == nil {
			return c
		}
	}
	t.Skip("this machine lets us make no memory cgroup")
	return container{}
}

func (c container) read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestAContainerOf256MiBIsNotKilledHoweverMuchIsAsked(t *testing.T) {
	figure.Only(t)
	const limit = 256 << 20
	box := newContainer(t, limit)
	program := filepath.Join(t.TempDir(), "aggregator") // as it is shipped: the race detector needs memory of its own
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file := written(t, served(startTenant(t, "--providers", "500"))+"log: {level: warn}\n")
	p := newProcess(t, "echo $$ > "+box.dir+"/cgroup.procs", "serve", "--config", file)
	p.cmd.Args[3] = program
	p.cmd.Stderr = p.err
	p.begin(t)
	p.listening(t)
	p.err.waitFor(t, "caches are smaller than configured")
	failed := fill(t, p.public, 8*time.Second)
	peak, err := strconv.ParseInt(box.read(t, box.peak), 10, 64) // of the container's whole life: not a figure to measure again
	const most = limit / 100 * 97
	t.Logf("%d bytes at the peak, at most %d (%v)", peak, most, err)
	if peak > most {
		t.Errorf("%d bytes: hardly anything was to spare", peak)
	}
	if failed > 0 {
		t.Errorf("%d requests failed", failed)
	}
	if r := get(t, p.public+hotClinic); r.status != http.StatusOK {
		t.Errorf("afterwards: %d", r.status)
	}
	if code := p.terminate(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, p.err)
	}
}

// fill asks for large answers, each a little different, so that caches fill up.
func fill(t *testing.T, public string, during time.Duration) (failed int64) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	var n, bad atomic.Int64
	var crowd sync.WaitGroup
	end := time.Now().Add(during)
	for range 32 {
		crowd.Go(func() {
			for time.Now().Before(end) {
				i := n.Add(1)
				r, err := send(t, client, http.MethodGet, fmt.Sprintf("%s/v1/timeslots?latitude=47.%02d&longitude=-122.%02d&radius=%d&visitTypeName=Illness&limit=%d&explain=true",
					public, i%100, i/100%100, 20+i%80, 500-i%100), "")
				if err != nil || r.status != http.StatusOK && r.status != http.StatusServiceUnavailable {
					bad.Add(1)
				}
			}
		})
	}
	crowd.Wait()
	return bad.Load()
}
