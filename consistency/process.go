package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// process is a program that can be started again after it ended, on the same addresses. One goroutine at a time
// handles it.
type process struct {
	name, path string
	args, env  []string // env is added to ours
	log        string   // file with all that it said, over all its lives

	cmd     *exec.Cmd
	ended   chan struct{} // closed when this life is over
	outcome error         // of this life, once it is over
}

func newProcess(dir, name, path string, args ...string) *process {
	return &process{name: name, path: path, args: args, log: filepath.Join(dir, name+".log")}
}

// start begins a life.
func (p *process) start() error {
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	defer out.Close() // the process has its own handle by then
	cmd := exec.Command(p.path, p.args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), p.env...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	ended := make(chan struct{})
	p.cmd, p.ended = cmd, ended
	go func() {
		defer close(ended)
		p.outcome = cmd.Wait()
	}()
	return nil
}

// alive tells whether the process runs, or is stopped.
func (p *process) alive() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// signal is for a process that is expected to live.
func (p *process) signal(s syscall.Signal) error {
	if !p.alive() {
		return p.mourn()
	}
	return p.cmd.Process.Signal(s)
}

// kill ends a life at once, whatever state it is in.
func (p *process) kill() error {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	<-p.ended
	return nil
}

// patience is how long a process may take to end after it was asked to.
const patience = 5 * time.Second

// terminate asks for an orderly end, and insists after a while.
func (p *process) terminate() error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		return p.kill()
	}
}

// mourn is the error for a process that ended by itself, with its last words.
func (p *process) mourn() error {
	said, _ := os.ReadFile(p.log)
	const most = 2000
	if len(said) > most {
		said = said[len(said)-most:]
	}
	var outcome error
	if p.ended != nil {
		<-p.ended
		outcome = p.outcome
	}
	return fmt.Errorf("%s ended by itself (%v); it said last:\n%s", p.name, outcome, bytes.TrimSpace(said))
}

// await polls until ready says nil. It gives up with the context, after a while, or when the process is gone.
func (p *process) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return p.mourn()
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", p.name, err)
		case <-tick.C:
		}
	}
}
