package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary the program itself, for tests that need a process of its own: signals, descriptors,
// a standard error that nobody reads.
const asProgram = "TIMESLOTS_TEST_AS_PROGRAM"

// process is the program in a process of its own.
type process struct {
	running
	cmd  *exec.Cmd
	exit chan error
}

// startProcess runs a command; shell is what is done first, such as "ulimit -n 256".
func startProcess(t *testing.T, shell string, args ...string) *process {
	t.Helper()
	p := newProcess(t, shell, args...)
	p.cmd.Stderr = p.err
	p.begin(t)
	p.listening(t)
	return p
}

func newProcess(t *testing.T, shell string, args ...string) *process {
	t.Helper()
	p := &process{running: running{out: newConsole(), err: newConsole()}, exit: make(chan error, 1)}
	p.cmd = exec.Command("/bin/sh", append([]string{"-c", shell + "\nexec \"$0\" \"$@\"", os.Args[0]}, args...)...)
	p.cmd.Env = append(append(os.Environ(), patienceFor(t, args, nil)...), asProgram+"=1")
	p.cmd.Stdout = p.out
	return p
}

func (p *process) begin(t *testing.T) {
	t.Helper()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.exit <- p.cmd.Wait() }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exit
	})
}

// terminate sends a signal and gives the exit code.
func (p *process) terminate(t *testing.T, sig syscall.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-p.exit:
		p.exit <- err
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			return failed.ExitCode()
		}
		if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
			t.Fatal(err)
		}
		return 0
	case <-time.After(hanging):
		t.Fatalf("the process does not end; it said:\n%s", p.err)
		return -1
	}
}

// unread is a pipe that nobody reads, full to the brim.
func unread(t *testing.T) (reader, writer *os.File) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); writer.Close() })
	if err := writer.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = writer.Write(make([]byte, 4096))
	}
	for err = nil; err == nil; {
		_, err = io.WriteString(writer, "x")
	}
	return reader, writer
}
