//! Closes the file descriptors that a process has inherited.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use nix::unistd::close;

use crate::sandbox::namespace::cover::naming;

/// Closes the inherited descriptors, except those of the standard streams and those that the arguments of a command name. A descriptor that
/// is closed when another program is executed is not inherited, because this process has opened it.
pub(super) fn close_inherited(command: &[OsString]) -> io::Result<()> {
    let named: BTreeSet<i32> = command.iter().flat_map(named_in).collect();
    for descriptor in inherited()? {
        if !named.contains(&descriptor) {
            close(descriptor)?;
        }
    }
    Ok(())
}

/// Returns the open descriptors above 2 that are not closed when another program is executed.
fn inherited() -> io::Result<Vec<i32>> {
    let directory = Path::new("/proc/self/fdinfo");
    let mut descriptors: Vec<i32> = Vec::new();
    for entry in fs::read_dir(directory).map_err(naming(directory))? {
        let entry = entry.map_err(naming(directory))?;
        let number = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        match fs::read_to_string(entry.path()) {
            Ok(info) => descriptors.extend(number.filter(|_: &i32| !is_closed_on_exec(&info))),
            // The descriptor of the directory of a `read_dir` in this function or in another thread.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(naming(&entry.path())(error)),
        }
    }
    descriptors.retain(|descriptor| *descriptor > 2);
    Ok(descriptors)
}

/// Returns whether the flags of a descriptor, which are octal, contain `O_CLOEXEC`.
fn is_closed_on_exec(info: &str) -> bool {
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & O_CLOEXEC != 0)
}

/// Returns the numbers of the descriptors that an argument names by their path, as the process substitution of a shell does.
fn named_in(argument: &OsString) -> Vec<i32> {
    let argument = argument.to_string_lossy();
    let paths = ["/dev/fd/", "/proc/self/fd/"].into_iter();
    let after = paths.flat_map(|path| argument.split(path).skip(1).collect::<Vec<_>>());
    let digits = after.map(|text| {
        let end = text.find(|c: char| !c.is_ascii_digit());
        &text[..end.unwrap_or(text.len())]
    });
    digits.filter_map(|digits| digits.parse().ok()).collect()
}

/// The value of `O_CLOEXEC` on the architectures that Rust supports, except SPARC, Alpha and PA-RISC.
const O_CLOEXEC: u32 = 0o2_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_that_is_closed_on_exec_is_not_inherited() {
        assert!(is_closed_on_exec(
            "pos:\t0\nflags:\t02100000\nmnt_id:\t31\n"
        ));
        assert!(!is_closed_on_exec("pos:\t0\nflags:\t0100002\n"));
        let file = fs::File::open("/dev/null").unwrap();
        let own = std::os::fd::AsRawFd::as_raw_fd(&file);
        assert!(!inherited().unwrap().contains(&own));
    }

    #[test]
    fn the_descriptors_that_an_argument_names_are_found() {
        let named = |argument: &str| named_in(&OsString::from(argument));
        assert_eq!(named("/dev/fd/63"), [63]);
        assert_eq!(named("--file=/dev/fd/3,/proc/self/fd/12/x"), [3, 12]);
        assert!(named("/dev/fd/x /dev/fd/").is_empty());
        assert!(named("63").is_empty());
    }
}
