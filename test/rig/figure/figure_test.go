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

func (w *witness) Helper()           {}
func (w *witness) Log(args ...any)   { w.logs = append(w.logs, fmt.Sprint(args...)) }
func (w *witness) Error(args ...any) { w.errors = append(w.errors, fmt.Sprint(args...)) }

func TestAFigureOverItsLimitFailsOnlyWhereFiguresAreJudged(t *testing.T) {
	for _, c := range []struct {
		full  string
		got   time.Duration
		fails bool
	}{
		{full: "1", got: 61 * time.Millisecond, fails: true},
		{full: "1", got: 60 * time.Millisecond},
		{full: "", got: time.Hour},
	} {
		t.Setenv("FAULTS_FULL", c.full)
		w := &witness{TB: t}
		AtMost(w, "a search", c.got, 60*time.Millisecond)
		if said := strings.Join(append(w.logs, w.errors...), ""); (len(w.errors) == 1) != c.fails || said != fmt.Sprintf("a search: %v, limit 60ms", c.got) {
			t.Errorf("FAULTS_FULL=%q, %v: said %q, failed %d times", c.full, c.got, said, len(w.errors))
		}
	}
}
