package main

import (
	"fmt"
	"testing"
	"time"
)

// inOneMinute tells a story of two answers that must be the same. Slots begin with a minute and are not offered from then
// on, so a story that fails and began in another minute than it ended in is told again.
func inOneMinute(t *testing.T, story func(fail func(format string, args ...any))) {
	t.Helper()
	for try := 1; ; try++ {
		var failures []string
		began := time.Now().Truncate(time.Minute)
		story(func(format string, args ...any) { failures = append(failures, fmt.Sprintf(format, args...)) })
		if len(failures) > 0 && try < 3 && !time.Now().Truncate(time.Minute).Equal(began) {
			continue
		}
		for _, f := range failures {
			t.Error(f)
		}
		return
	}
}

// later is the part of a query that begins in some days: whatever the clock does meanwhile, the answer stays the same.
func later() string { return "&startDate=" + time.Now().AddDate(0, 0, 3).Format(time.DateOnly) }
