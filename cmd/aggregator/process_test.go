package main

import (
	"os"
	"os/exec"
	"testing"
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
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
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
