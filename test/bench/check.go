package main

import (
	"errors"
	"fmt"
	"io"
)

// tries is how often a limit that is not kept is measured before that is believed.
const tries = 3

// judged is what of the limits counts.
type judged struct{ allocations, times bool }

func (j judged) counts(l limit) bool {
	return l.other == "" && j.allocations || l.other != "" && j.times
}

// check measures what the limits are about, once for each package, and once more what does not keep them.
func check(file string, which judged, measure measurer, out io.Writer) error {
	list, err := readLimits(file)
	if err != nil {
		return err
	}
	var left []limit
	for _, l := range list {
		if which.counts(l) {
			left = append(left, l)
		}
	}
	var wrong []error
	for try := 1; len(left) > 0 && try <= tries; try++ {
		var again []limit
		wrong = nil
		for _, group := range byPackage(left) {
			results, late, err := measure(group[0].pkg, group)
			if err != nil {
				return err
			}
			for _, l := range group {
				said, kept, err := l.judge(results)
				if err != nil {
					return err
				}
				if !kept {
					again, wrong = append(again, l), append(wrong, fmt.Errorf("%s: %s", l.where, said))
					said += fmt.Sprintf(": NOT KEPT, try %d of %d; timers of this machine were up to %v late meanwhile", try, tries, late)
				}
				fmt.Fprintln(out, said)
			}
		}
		left = again
	}
	return errors.Join(wrong...)
}

// byPackage groups limits, in the order of the file.
func byPackage(list []limit) (groups [][]limit) {
	at := map[string]int{}
	for _, l := range list {
		i, known := at[l.pkg]
		if !known {
			i = len(groups)
			at[l.pkg], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], l)
	}
	return groups
}
