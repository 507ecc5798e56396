package figure

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// witness is a test that notes what it is told.
type witness struct {
	testing.TB
	logs, errors []string
}

func (w *witness) Helper() {}
func (w *witness) Logf(format string, args ...any) {
	w.logs = append(w.logs, fmt.Sprintf(format, args...))
}
func (w *witness) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func TestAFigureOverItsLimitFailsOnlyWhereFiguresAreJudged(t *testing.T) {
	for _, c := range []struct {
		judged bool
		got    time.Duration
		fails  bool
	}{
		{judged: true, got: 61 * time.Millisecond, fails: true},
		{judged: true, got: 60 * time.Millisecond},
		{judged: false, got: time.Hour},
	} {
		w := &witness{TB: t}
		compare(w, c.judged, "a search", c.got, 60*time.Millisecond)
		if said := strings.Join(append(w.logs, w.errors...), ""); (len(w.errors) == 1) != c.fails || said != fmt.Sprintf("a search: %v, limit 60ms", c.got) {
			t.Errorf("judged %t, %v: said %q, failed %d times", c.judged, c.got, said, len(w.errors))
		}
	}
}

func TestFiguresAreJudgedWhereFaultsAreRunInFull(t *testing.T) {
	t.Setenv("FAULTS_FULL", "1")
	if !Judged() {
		t.Error("not judged under FAULTS_FULL=1")
	}
	t.Setenv("FAULTS_FULL", "")
	if Judged() {
		t.Error("judged without FAULTS_FULL")
	}
}
