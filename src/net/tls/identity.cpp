#include "net/tls/identity.hpp"

#include "core/assert.hpp"
#include "net/tls/limits.hpp"
#include "net/tls/openssl_handles.hpp"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace homeport::net {
namespace {

/// Closes at the end of the scope.
class File {
public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

std::unexpected<Error> file_failure(const char* verb, const std::string& path, int error) {
    const Errc code = error == ENOENT                     ? Errc::not_found
                      : error == EEXIST                   ? Errc::exists
                      : error == EACCES || error == EPERM ? Errc::denied
                                                          : Errc::io;
    return fail(code, std::string("cannot ") + verb + " key file " + path + ": " +
                          std::system_category().message(error));
}

Result<> check_owner(int fd, const std::string& path) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) return file_failure("read", path, errno);
    if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, "key file " + path + " is not a file");
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return fail(Errc::denied,
                    "key file " + path + " belongs to another user; run: chown $(id -u) " + path);
    }
    if ((status.st_mode & 077) != 0) {
        return fail(Errc::denied, "key file " + path +
                                      " can be read or changed by others; run: chmod 600 " + path);
    }
    return {};
}

/// Wiped at the end: it holds the private key.
class SecretText {
public:
    ~SecretText() { OPENSSL_cleanse(text_.data(), text_.size()); }
    std::array<char, kMaxKeyFileBytes>& storage() { return text_; }

private:
    std::array<char, kMaxKeyFileBytes> text_{};
};

Result<std::size_t> read_all(int fd, const std::string& path,
                             std::array<char, kMaxKeyFileBytes>& into) {
    std::size_t used = 0;
    while (used < into.size()) {
        const ssize_t count = ::read(fd, into.data() + used, into.size() - used);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_failure("read", path, errno);
        if (count == 0) return used;
        used += static_cast<std::size_t>(count);
    }
    return fail(Errc::invalid, "key file " + path + " is too long to be a key");
}

Result<> write_all(int fd, const std::string& path, const char* text, std::size_t size) {
    while (size > 0) {
        const ssize_t count = ::write(fd, text, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return file_failure("write", path, errno);
        text += count;
        size -= static_cast<std::size_t>(count);
    }
    // A key that was told to a peer must survive a power cut.
    return ::fsync(fd) == 0 ? Result<>{} : file_failure("write", path, errno);
}

/// An encrypted key must fail, not ask at the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

}  // namespace

Result<Identity> Identity::generate() {
    KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) return fail(Errc::io, "cannot make an Ed25519 key: " + openssl_error());
    return Identity(std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free));
}

Result<Identity> Identity::load(const std::string& path) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.get() < 0) return file_failure("open", path, errno);
    if (const auto checked = check_owner(file.get(), path); !checked) {
        return std::unexpected(checked.error());
    }
    SecretText text;
    const auto size = read_all(file.get(), path, text.storage());
    if (!size) return std::unexpected(size.error());
    const BioHandle source(BIO_new_mem_buf(text.storage().data(), static_cast<int>(*size)));
    KeyHandle key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
        return fail(Errc::invalid,
                    "key file " + path +
                        " holds no Ed25519 key in PEM form; restore it from a backup, or "
                        "remove it and pair anew");
    }
    return Identity(std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free));
}

Result<> Identity::save(const std::string& path) const {
    const BioHandle memory(BIO_new(BIO_s_secmem()));
    if (!memory || PEM_write_bio_PKCS8PrivateKey(memory.get(), key_.get(), nullptr, nullptr, 0,
                                                 nullptr, nullptr) != 1) {
        return fail(Errc::io, "cannot encode the key: " + openssl_error());
    }
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    // Written under a name of this process and put in place whole: others who look meanwhile find
    // all of it or nothing.
    const std::string draft = path + "." + std::to_string(::getpid());
    const File file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return file_failure("create", draft, errno);
    auto saved = write_all(file.get(), draft, text, static_cast<std::size_t>(size));
    if (saved && ::link(draft.c_str(), path.c_str()) != 0)
        saved = file_failure("create", path, errno);
    ::unlink(draft.c_str());
    return saved;
}

Result<Identity> Identity::load_or_create(const std::string& path) {
    auto loaded = load(path);
    if (loaded || loaded.error().code != Errc::not_found) return loaded;
    auto made = generate();
    if (!made) return made;
    const auto saved = made->save(path);
    if (saved) return made;
    // Somebody else was faster.
    return saved.error().code == Errc::exists ? load(path) : std::unexpected(saved.error());
}

PublicKey Identity::public_key() const {
    PublicKey key;
    std::size_t size = key.bytes.size();
    const int done = EVP_PKEY_get_raw_public_key(
        key_.get(), reinterpret_cast<unsigned char*>(key.bytes.data()), &size);
    HOMEPORT_ASSERT(done == 1 && size == key.bytes.size());
    return key;
}

x509_st* Identity::make_certificate() const {
    X509Handle certificate(X509_new());
    X509* const raw = certificate.get();
    constexpr long kYears = 20L * 365 * 24 * 3600;
    const bool made = raw != nullptr && X509_set_version(raw, X509_VERSION_3) == 1 &&
                      ASN1_INTEGER_set(X509_get_serialNumber(raw), 1) == 1 &&
                      X509_gmtime_adj(X509_getm_notBefore(raw), 0) != nullptr &&
                      X509_gmtime_adj(X509_getm_notAfter(raw), kYears) != nullptr &&
                      X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_ASC,
                                                 reinterpret_cast<const unsigned char*>("homeport"),
                                                 -1, -1, 0) == 1 &&
                      X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
                      X509_set_pubkey(raw, key_.get()) == 1 &&
                      X509_sign(raw, key_.get(), nullptr) > 0;
    if (!made) throw std::runtime_error("cannot make a certificate: " + openssl_error());
    return certificate.release();
}

std::array<std::byte, 32> sha256(Bytes bytes) {
    std::array<std::byte, 32> digest{};
    const int done =
        EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                   nullptr, EVP_sha256(), nullptr);
    HOMEPORT_ASSERT(done == 1);
    return digest;
}

}  // namespace homeport::net
