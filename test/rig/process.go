package rig

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

// Process is a program that can be started again after it ended, on the same addresses. One goroutine at a time
// handles it.
type Process struct {
	name, path string
	args       []string

	Env []string // added to ours
	Log string   // file with all that it said, in all its runs

	cmd     *exec.Cmd
	ended   chan struct{} // closed when this run is over
	outcome error         // of this run, once it is over
}

// NewProcess describes a process without starting it. What it says is appended to NAME.log in dir.
func NewProcess(dir, name, path string, args ...string) *Process {
	return &Process{name: name, path: path, args: args, Log: filepath.Join(dir, name+".log")}
}

// Start begins a run.
func (p *Process) Start() error {
	out, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	defer out.Close() // the process has its own handle by then
	cmd := exec.Command(p.path, p.args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), p.Env...)
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

// Alive reports whether the process runs, or is stopped.
func (p *Process) Alive() bool {
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

// Signal is for a process that is expected to live.
func (p *Process) Signal(s syscall.Signal) error {
	if !p.Alive() {
		return p.EndedItself()
	}
	return p.cmd.Process.Signal(s)
}

// Kill ends a run at once, whatever state it is in.
func (p *Process) Kill() error {
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

// Terminate asks for an orderly end, and insists after a while.
func (p *Process) Terminate() error {
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		return p.Kill()
	}
}

// EndedItself is the error for a process that nobody ended, with what it said last.
func (p *Process) EndedItself() error {
	said, _ := os.ReadFile(p.Log)
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

// Await polls until ready says nil. It gives up with the context, after a while, or when the process is gone.
func (p *Process) Await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	for wait := (pauses{}); ; {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return p.EndedItself()
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", p.name, err)
		case <-wait.next():
		}
	}
}

// Ended is closed when the present run is over.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// PID is the operating system's number of the present run.
func (p *Process) PID() int { return p.cmd.Process.Pid }
