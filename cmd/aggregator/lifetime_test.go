package main

import (
	"sync"
	"testing"
)

func TestALifetimeEndsWithItsLastUserAndNobodyEntersAfterwards(t *testing.T) {
	l := newLifetime()
	for range 2 {
		if !l.enter() {
			t.Fatal("nobody may enter")
		}
	}
	l.leave()
	left := l.end()
	if l.enter() {
		t.Error("somebody enters what has ended")
	}
	select {
	case <-left:
		t.Error("it does not wait for its last user")
	default:
	}
	l.leave()
	<-left
}

func TestALifetimeWithoutUsersEndsAtOnce(t *testing.T) { <-newLifetime().end() }

func TestUsersThatComeAsALifetimeEndsAreInItOrNot(t *testing.T) {
	l := newLifetime()
	var users sync.WaitGroup
	var ended bool
	for range 8 {
		users.Go(func() {
			for l.enter() {
				if ended { // the race detector sees a user that was not waited for
					t.Error("in use after its end")
				}
				l.leave()
			}
		})
	}
	<-l.end()
	ended = true
	users.Wait()
}
