package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxDays keeps durations far from overflow: ten years.
const maxDays = 3660

// parseDuration reads Go's text form, and days before it: "250ms", "14d", "1d12h". A day is 24 hours.
func parseDuration(text string) (time.Duration, error) {
	invalid := fmt.Errorf("%q is not a duration", text)
	var days time.Duration
	rest := text
	if head, tail, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(head, 10, 16)
		if err != nil || n > maxDays {
			return 0, invalid
		}
		days, rest = time.Duration(n)*day, tail
		if rest == "" {
			return days, nil
		}
		if rest[0] < '0' || rest[0] > '9' { // a sign between the days and the rest
			return 0, invalid
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d.Abs()+days > maxDays*day {
		return 0, invalid
	}
	return days + d, nil
}

// formatDuration is the inverse: the shortest text that reads back as d.
func formatDuration(d time.Duration) string {
	if d > 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	text := d.String()
	if short, ok := strings.CutSuffix(text, "m0s"); ok {
		text = short + "m"
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		text = short + "h"
	}
	return text
}
