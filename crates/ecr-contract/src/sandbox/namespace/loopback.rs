//! Configures the loopback device of a new network namespace. At first, the device is down and has only the addresses 127.0.0.0/8 and ::1.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};

/// Sets the device up, as `ip link set lo up` does.
pub(super) fn raise() -> io::Result<()> {
    const RTM_NEWLINK: u16 = 16;
    const IFF_UP: u32 = 1;
    // struct ifinfomsg: family and type, device, flags, change mask.
    let mut message = vec![0; 4];
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    ask(RTM_NEWLINK, 0, &message)
}

/// Adds an address, as `ip address add ADDRESS/32 dev lo` does.
pub(super) fn add(address: Ipv4Addr) -> io::Result<()> {
    const RTM_NEWADDR: u16 = 20;
    const NLM_F_CREATE: u16 = 0x400;
    const AF_INET: u8 = 2;
    const IFA_LOCAL: u16 = 2;
    // struct ifaddrmsg: family, prefix length, flags, scope, device. One attribute follows: length, type, value.
    let mut message = vec![AF_INET, 32, 0, 0];
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(8_u16.to_ne_bytes());
    message.extend(IFA_LOCAL.to_ne_bytes());
    message.extend(address.octets());
    ask(RTM_NEWADDR, NLM_F_CREATE, &message)
}

/// The loopback device is the first device of every network namespace.
const LOOPBACK: u32 = 1;

/// Sends an rtnetlink(7) message, and waits until the kernel acknowledges it.
fn ask(kind: u16, flags: u16, message: &[u8]) -> io::Result<()> {
    let netlink = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkRoute,
    )?;
    let fd = netlink.as_raw_fd();
    let kernel = NetlinkAddr::new(0, 0);
    sendto(
        fd,
        &with_header(kind, flags, message),
        &kernel,
        MsgFlags::empty(),
    )?;
    let mut answer = [0; 128];
    let length = recv(fd, &mut answer, MsgFlags::empty())?;
    // struct nlmsgerr follows the header: a negated errno, or 0.
    let code = answer[..length]
        .get(16..20)
        .and_then(|code| code.try_into().ok());
    match code.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(code) => Err(io::Error::from_raw_os_error(-code)),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Prepends struct nlmsghdr: length, type, flags, sequence, port.
fn with_header(kind: u16, flags: u16, message: &[u8]) -> Vec<u8> {
    const NLM_F_REQUEST_AND_ACK: u16 = 1 | 4;
    let length = u32::try_from(16 + message.len()).expect("a message is shorter than 4 GiB");
    let mut whole = Vec::with_capacity(16 + message.len());
    whole.extend(length.to_ne_bytes());
    whole.extend(kind.to_ne_bytes());
    whole.extend((NLM_F_REQUEST_AND_ACK | flags).to_ne_bytes());
    whole.extend([0; 8]);
    whole.extend(message);
    whole
}
