"""What added lines can reach for, told by names that many languages and shells share.

Nothing here is a sign of harm: most programs read files, start programs and talk to servers. What
deserves a look is a project, a folder or a person who does so for the first time.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Capability:
    """One thing that code can do, and the names under which it does."""

    meaning: str
    words: frozenset[bytes]
    """Identifiers; with an opening bracket where only the call counts."""
    phrases: tuple[bytes, ...] = ()
    """Counted wherever they stand; each begins or ends with what no identifier has."""


def _words(text: str) -> frozenset[bytes]:
    return frozenset(text.encode().split())


CAPABILITIES: dict[str, Capability] = {
    "network": Capability(
        "connections opened or downloads made",
        _words("""
            curl wget axios XMLHttpRequest WebSocket EventSource HttpClient HttpURLConnection
            HTTPSConnection HTTPConnection WebClient WebRequest RestMethod reqwest ureq urllib
            urlopen( urlretrieve( fetch( sendBeacon( socket( connect( sendto( gethostbyname(
            getaddrinfo( fsockopen( curl_exec( curl_easy_perform( create_connection( netcat
        """),
        (b"requests.get(", b"requests.post(", b"http.request(", b"https.request(", b"http.get(",
         b"https.get(", b"http.Get(", b"http.Post(", b"net/http", b"Net::HTTP", b"open-uri",
         b"/dev/tcp/"),
    ),
    "programs": Capability(
        "other programs started",
        _words("""
            subprocess child_process popen( Popen( system( execl( execlp( execv( execve( execvp(
            execSync( execFile( execFileSync( spawn( spawnSync( exec( fork( posix_spawn(
            shell_exec( proc_open( passthru( ShellExecute ShellExecuteA ShellExecuteW
            CreateProcess CreateProcessA CreateProcessW ProcessBuilder getRuntime( Open3
            ProcessStartInfo powershell
        """),
        (b"Command::new(", b"exec.Command(", b"bash -c", b"sh -c", b"| bash", b"| sh",
         b"|bash", b"|sh", b"Process.Start("),
    ),
    "evaluation": Capability(
        "text or memory turned into running code",
        _words("""
            eval eval( Function( instance_eval class_eval module_eval runInNewContext(
            runInThisContext( runInContext( dlopen( dlsym( LoadLibrary LoadLibraryA LoadLibraryW
            GetProcAddress ifunc __import__( import_module( create_function( mprotect(
            VirtualProtect marshal pickle unserialize( DllImport ScriptEngineManager
        """),
    ),
    "decoding": Capability(
        "text or data decoded, decrypted or unpacked",
        _words("""
            base64 Base64 b64decode( a85decode( b85decode( base64_decode( FromBase64String(
            atob( fromCharCode( unhexlify( fromhex( unescape( decodebytes( rot13 str_rot13(
            gzinflate( gunzip unxz xxd uudecode inflate( decompress( createDecipher(
            createDecipheriv( DecodeString( unpack( chr(
        """),
        (b"xz -d", b"gzip -d", b"tar -x", b"tar x"),
    ),
    "secrets": Capability(
        "environment, credentials or the user's own files read",
        _words("""
            environ getenv( GITHUB_TOKEN NPM_TOKEN PYPI_TOKEN AWS_SECRET_ACCESS_KEY
            AWS_ACCESS_KEY_ID id_rsa id_ed25519 keychain Keychain credential credentials
            mnemonic wallet privateKey private_key apiKey api_key API_KEY SECRET_KEY passwd
            homedir( gethostname( userInfo( whoami
        """),
        (b"process.env", b"secrets.", b".npmrc", b".pypirc", b".netrc", b".ssh/", b".aws/",
         b"std::env"),
    ),
    "hooks": Capability(
        "steps that run by themselves, at installation, at build or on other people's requests",
        _words("""
            cmdclass AC_CONFIG_COMMANDS execute_process( add_custom_command( add_custom_target(
            pull_request_target workflow_run post_install pre_install runOn folderOpen
            SessionStart postCreateCommand
        """),
        (b'"preinstall":', b'"install":', b'"postinstall":', b'"prepare":', b'"prepublish',
         b'"prepack":', b'"postpack":', b"spec.extensions", b"s.extensions"),
    ),
    "disabling": Capability(
        "checks, warnings or protections switched off",
        _words("""
            InsecureSkipVerify CERT_NONE VERIFY_NONE rejectUnauthorized check_hostname
            NODE_TLS_REJECT_UNAUTHORIZED CURLOPT_SSL_VERIFYPEER CURLOPT_SSL_VERIFYHOST
            StrictHostKeyChecking _create_unverified_context( no_sanitize no_sanitize_address
            noqa nosec NOSONAR NOLINT xfail allow_failure
        """),
        (b"verify=False", b"|| true", b"||true", b"set +e", b"--insecure", b"--no-verify",
         b"--no-check-certificate", b"--no-gpg", b"--trusted-host", b"-fno-stack-protector",
         b"-z execstack", b"-no-pie", b"-D_FORTIFY_SOURCE=0", b"-U_FORTIFY_SOURCE",
         b"continue-on-error:", b"--ignore-scripts=false", b"setenforce 0", b"chmod 777"),
    ),
}  # fmt: skip
"""By the name of the column in the tables of changes."""
