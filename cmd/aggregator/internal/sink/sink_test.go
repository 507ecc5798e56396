package sink

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tap is a writer that can be shut, or broken.
type tap struct {
	mu     sync.Mutex
	shut   chan struct{} // closed: open
	broken error
	got    bytes.Buffer
}

func newTap() *tap { return &tap{shut: make(chan struct{})} }

func (t *tap) Write(p []byte) (int, error) {
	<-t.shut
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil {
		return 0, t.broken
	}
	return t.got.Write(p)
}

func (t *tap) breaks(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = err
}

func (t *tap) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Split(strings.TrimSuffix(t.got.String(), "\n"), "\n")
}

func tell(w io.Writer, lines int64) { fmt.Fprintf(w, "lost %d\n", lines) }

func TestLinesComeOutWholeAndInOrder(t *testing.T) {
	out := newTap()
	close(out.shut)
	s := New(Options{To: out, Lost: tell})
	for i := range 1000 {
		fmt.Fprintf(s, "line %d\n", i)
	}
	s.Close(10 * time.Second)
	got := out.lines()
	if len(got) != 1000 || got[0] != "line 0" || got[999] != "line 999" {
		t.Errorf("%d lines, from %q to %q", len(got), got[0], got[len(got)-1])
	}
	_, _ = s.Write([]byte("too late\n")) // and does not panic
}

func TestWhileNobodyReadsNobodyWaitsAndWhatIsLostIsTold(t *testing.T) {
	out := newTap()
	s := New(Options{To: out, Limit: 1000, Lost: tell})
	line := []byte(strings.Repeat("x", 9) + "\n")
	written := 0
	for range 100_000 { // far more than fits; a blocked write would never come back
		n, err := s.Write(line)
		if n != len(line) || err != nil {
			t.Fatal(n, err)
		}
		written++
	}
	close(out.shut)
	rig.Until(t, "the line about lost ones", func() bool {
		all := out.lines()
		return strings.HasPrefix(all[len(all)-1], "lost ")
	})
	fmt.Fprintln(s, "and on")
	s.Close(10 * time.Second)
	got := out.lines()
	lost := 0
	for _, l := range got {
		if strings.HasPrefix(l, "lost ") {
			var n int
			if _, err := fmt.Sscanf(l, "lost %d", &n); err != nil {
				t.Fatal(err)
			}
			lost += n
		}
	}
	told := strings.Count(strings.Join(got, "\n"), "lost")
	if kept := len(got) - told - 1; kept+lost != written || lost == 0 || got[len(got)-1] != "and on" {
		t.Errorf("%d kept and %d lost of %d; the last line is %q", kept, lost, written, got[len(got)-1])
	}
}

func TestWhatAFullDiskLosesIsToldOnceThereIsRoomAgain(t *testing.T) {
	out := newTap()
	close(out.shut)
	out.breaks(errors.New("no space left on device"))
	s := New(Options{To: out, Lost: tell})
	for range 5 {
		fmt.Fprintln(s, "gone")
	}
	rig.Until(t, "five being lost", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.lost == 5 })
	out.breaks(nil)
	fmt.Fprintln(s, "here")
	s.Close(10 * time.Second)
	if got := strings.Join(out.lines(), ","); got != "here,lost 5" {
		t.Errorf("%q", got)
	}
}

func TestClosingDoesNotWaitForever(t *testing.T) {
	out := newTap()
	s := New(Options{To: out})
	fmt.Fprintln(s, "stuck")
	begin := time.Now()
	s.Close(50 * time.Millisecond)
	figure.AtMost(t, "closing", time.Since(begin), 5*time.Second)
	close(out.shut)
	<-s.done
}

func BenchmarkRequestLine(b *testing.B) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	s := New(Options{To: null})
	defer s.Close(time.Second)
	for name, w := range map[string]io.Writer{"through the sink": s, "straight": null} {
		b.Run(name, func(b *testing.B) {
			log := slog.New(slog.NewJSONHandler(w, nil))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					log.LogAttrs(b.Context(), slog.LevelInfo, "request", slog.String("route", "/v1/timeslots"), slog.Int("status", 200),
						slog.String("correlationId", "0198c3f2-7d7e-7c1e-8a3e-1f2e3d4c5b6a"))
				}
			})
		})
	}
}
