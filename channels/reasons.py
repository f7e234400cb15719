"""Every reason why a request is turned away before it is answered; `./run codes` prints them with all other codes."""

from __future__ import annotations

import enum


@enum.unique
class Refusal(enum.Enum):
    """Each reason: HTTP status, Vietnamese, English. The member's name is `extensions.code`."""

    BAD_HTTP = (
        400,
        "Yêu cầu HTTP không hợp lệ; hãy dùng một thư viện HTTP/1.1 và gửi lại.",
        "This is no valid HTTP request; send it again by an HTTP/1.1 library.",
    )
    BAD_JSON = 400, "Thân yêu cầu không phải JSON UTF-8 hợp lệ; hãy sửa rồi gửi lại.", "Send a valid UTF-8 JSON body."
    BAD_REQUEST = (
        400,
        "Yêu cầu phải là đối tượng JSON có query hoặc documentId (chuỗi), variables và extensions (đối tượng),"
        " operationName (chuỗi).",
        "Send an object with query or documentId (string), variables and extensions (objects), operationName (string).",
    )
    UNPROCESSABLE = (
        422,
        "Nội dung JSON không dùng được: lồng quá sâu, có ký tự NUL hoặc không phải một đối tượng; hãy rút gọn.",
        "This JSON cannot be used: nested too deeply, holding NUL characters, or not an object; simplify it.",
    )
    BATCH_DISABLED = (
        422,
        "Không nhận nhiều thao tác trong một yêu cầu; hãy gửi từng thao tác.",
        "Batches are not taken; send one operation a request.",
    )
    PARSE_ERROR = 400, "Tài liệu GraphQL sai cú pháp; hãy sửa.", "The GraphQL document has a syntax error; mend it."
    VALIDATION_FAILED = (
        400,
        "Tài liệu không hợp với lược đồ; hãy so lại tên trường và đối số.",
        "The document does not fit the schema; check its fields and arguments.",
    )
    TOO_LONG = 422, "Tài liệu quá dài; hãy chia nhỏ.", "The document is too long; split it."
    TOO_MANY_TOKENS = 422, "Tài liệu có quá nhiều từ tố; hãy chia nhỏ.", "The document has too many tokens; split it."
    TOO_DEEP = 422, "Tài liệu lồng quá sâu; hãy bớt tầng.", "The document nests too deeply; ask for fewer levels."
    TOO_MANY_ALIASES = 422, "Quá nhiều bí danh; hãy chia nhỏ tài liệu.", "Too many aliases; split the document."
    TOO_MANY_ROOT_FIELDS = 422, "Quá nhiều trường gốc; hãy chia nhỏ.", "Too many root fields; split the document."
    TOO_MANY_FIELDS = 422, "Quá nhiều trường; hãy chia nhỏ tài liệu.", "Too many fields; split the document."
    TOO_MANY_OBJECTS = (
        422,
        "Biến có quá nhiều đối tượng; hãy chia nhỏ.",
        "The variables hold too many objects; split them.",
    )
    TOO_MANY_DIRECTIVES = 422, "Quá nhiều chỉ thị; hãy bớt.", "Too many directives; use fewer."
    TOO_MANY_FRAGMENTS = 422, "Quá nhiều mảnh (fragment); hãy gộp lại.", "Too many fragments; merge some."
    FRAGMENT_CYCLE = 422, "Các mảnh (fragment) gọi vòng lẫn nhau; hãy bỏ vòng.", "Fragments spread each other; undo it."
    TOO_COSTLY = (
        422,
        "Truy vấn quá tốn kém; hãy giảm first/last, bớt danh sách lồng nhau hoặc bớt số liệu gộp (groupBy).",
        "The query is too costly; lower first/last, nest fewer lists, or ask for fewer figures (groupBy).",
    )
    OPERATION_AMBIGUOUS = (
        422,
        "Không rõ chạy thao tác nào; hãy gửi operationName đúng tên một thao tác trong tài liệu.",
        "Which operation to run is unclear; send the operationName of one operation in the document.",
    )
    INTROSPECTION_DISABLED = (
        422,
        "Ở đây không tra được lược đồ; hãy đăng nhập kênh nội bộ hoặc đọc tệp schema.graphql.",
        "The schema cannot be asked here; sign in on the web channel, or read schema.graphql.",
    )
    DOCUMENT_NOT_FOUND = (
        404,
        "Không có tài liệu đã đăng ký này; hãy cập nhật ứng dụng.",
        "There is no such registered document; update the application.",
    )
    DOCUMENTS_ONLY = (
        403,
        "Kênh này chỉ nhận tài liệu đã đăng ký; hãy gửi documentId.",
        "This channel takes registered documents only; send a documentId.",
    )
    SUBSCRIPTIONS_ONLY = (
        422,
        "Kết nối này chỉ dành cho subscription; truy vấn và thao tác ghi đi qua HTTP POST.",
        "This connection carries subscriptions only; send queries and mutations by HTTP POST.",
    )
    STREAM_REQUIRED = (
        422,
        "Subscription cần kết nối mở: WebSocket, hoặc Accept: text/event-stream.",
        "A subscription needs an open connection: WebSocket, or Accept: text/event-stream.",
    )
    ONE_ROOT_FIELD = (
        422,
        "Một subscription chỉ theo dõi một trường gốc; hãy tách ra.",
        "A subscription follows one root field; split it.",
    )
    TOO_MANY_OPERATIONS = (
        429,
        "Kết nối này đã theo dõi đủ số subscription; hãy đóng bớt.",
        "This connection follows as many subscriptions as it may; complete some.",
    )
    TOO_MANY_STREAMS = (
        429,
        "Tài khoản hoặc địa chỉ này đã mở đủ số kết nối theo dõi; hãy đóng bớt.",
        "This account or address has as many streams open as it may; close some.",
    )
    UNAUTHENTICATED = (
        401,
        "Phiên không có hoặc đã hết; hãy đăng nhập lại (signIn).",
        "There is no session, or it has ended; sign in again (signIn).",
    )
    FORBIDDEN = (
        403,
        "Tài khoản này không dùng được kênh này; hãy dùng kênh dành cho mình.",
        "This account may not use this channel; use the one meant for it.",
    )
    BEYOND_TOKEN = (
        403,
        "Mã truy cập này không được gọi thao tác ghi đó; hãy dùng mã có thao tác ấy trong acts, hoặc đăng nhập.",
        "This access token may not ask for that mutation; use one that names it in its acts, or sign in.",
    )
    NO_SESSIONS_HERE = (
        403,
        "Cổng công khai không nhận phiên đăng nhập; hãy bỏ tiêu đề Authorization.",
        "The public portal takes no sessions; leave out the Authorization header.",
    )
    CROSS_SITE = (
        403,
        "Yêu cầu kèm cookie phải đến từ chính trang này; hãy dùng Authorization: Bearer.",
        "A request with a cookie must come from this very site; use Authorization: Bearer.",
    )
    METHOD_NOT_ALLOWED = 405, "Hãy gửi bằng POST.", "Send it by POST."
    NOT_ACCEPTABLE = (
        406,
        "Chỉ trả lời application/graphql-response+json, application/json hoặc (subscription) text/event-stream.",
        "Answers come as application/graphql-response+json, application/json or (subscriptions) text/event-stream.",
    )
    REQUEST_TOO_SLOW = (
        408,
        "Yêu cầu đến quá chậm nên đã dừng, không xử lý gì; hãy kiểm tra đường truyền rồi gửi lại.",
        "The request came too slowly, and nothing was done; check the connection and send it again.",
    )
    BODY_TOO_LARGE = 413, "Thân yêu cầu quá lớn; hãy chia nhỏ.", "The body is too large; split it."
    HEAD_TOO_LARGE = (
        431,
        "Tiêu đề yêu cầu quá dài hoặc quá nhiều; hãy bớt cookie và tiêu đề.",
        "The request's headers are too long or too many; send fewer cookies and headers.",
    )
    URL_TOO_LONG = 414, "Địa chỉ quá dài; hãy gửi bằng POST.", "The URL is too long; send it by POST."
    UNSUPPORTED_MEDIA_TYPE = (
        415,
        "Hãy gửi Content-Type: application/json (UTF-8), không nén.",
        "Send Content-Type: application/json (UTF-8), not compressed.",
    )
    RAW_BODY_ONLY = (
        415,
        "Hãy gửi nguyên nội dung một tệp làm thân yêu cầu, không nén, không dùng biểu mẫu multipart.",
        "Send the bytes of one file as the body: not compressed, and not as a multipart form.",
    )
    BAD_FILE_NAME = (
        422,
        "Tên tệp thiếu hoặc không dùng được; hãy gửi X-File-Name là tên tệp UTF-8, không kèm đường dẫn.",
        "The file's name is missing or unusable; send X-File-Name: its name in UTF-8, without a path.",
    )
    TYPE_NOT_ALLOWED = (
        422,
        "Chỉ nhận PDF, PNG, JPEG, DOCX, XLSX, ODT mà nội dung, đuôi tên và Content-Type khớp nhau;"
        " hãy lưu lại đúng định dạng.",
        "Only PDF, PNG, JPEG, DOCX, XLSX and ODT are taken, where content, name and Content-Type agree;"
        " save it again in one of these.",
    )
    UNSAFE_FILE = (
        422,
        "Tệp có macro, chương trình, mật khẩu, hoặc giải nén ra quá lớn; hãy lưu lại thành PDF.",
        "The file holds macros, a program or a password, or unpacks to too much; save it as PDF.",
    )
    UNREADABLE_SIGNATURE = (
        422,
        "Tệp PDF có chữ ký số nhưng không đọc được để kiểm tra, nên không lưu; hãy lấy lại bản gốc, bỏ mật khẩu,"
        " hoặc lưu lại thành PDF rồi ký lại.",
        "The PDF bears a signature but cannot be read to check it, and was not kept; get the original again, without"
        " a password, or save it as PDF anew and have it signed again.",
    )
    INFECTED_FILE = (
        422,
        "Tệp bị phát hiện có mã độc và không được lưu; hãy quét máy của bạn rồi gửi bản sạch.",
        "The file is infected and was not kept; scan your computer, then send a clean copy.",
    )
    IMAGE_TOO_LARGE = (
        422,
        "Ảnh có kích thước quá lớn; hãy thu nhỏ hoặc quét lại ở 300 dpi.",
        "The picture's sides are too long; shrink it, or scan it again at 300 dpi.",
    )
    FILE_TOO_LARGE = (
        413,
        "Tệp quá lớn, tối đa 25 MB; hãy nén ảnh trong tệp hoặc tách thành nhiều tệp.",
        "The file is larger than 25 MB; compress what it shows, or split it.",
    )
    TOO_MANY_FILES = (
        413,
        "Hồ sơ đã đủ 50 tệp; hãy bỏ bớt tài liệu hoặc gộp các tệp.",
        "The dossier holds 50 files already; remove a document, or merge some files.",
    )
    UPLOADS_SPENT = (
        429,
        "Tài khoản đã gửi quá nhiều tệp trong 24 giờ qua; hãy gửi tiếp sau.",
        "This account has sent too many files within 24 hours; send the rest later.",
    )
    UPLOAD_TOO_SLOW = (
        408,
        "Tệp đến quá chậm nên đã dừng, không giữ lại gì; hãy kiểm tra đường truyền rồi gửi lại.",
        "The file came too slowly; nothing of it was kept. Check the connection and send it again.",
    )
    NO_ROOM = (
        507,
        "Máy chủ hết chỗ lưu tệp; không giữ lại gì. Hãy báo quản trị viên rồi gửi lại.",
        "The server has no room for the file; nothing was kept. Tell an administrator, then send it again.",
    )
    NOT_FOUND = (
        404,
        "Không tìm thấy, hoặc bạn không có quyền xem. Hãy kiểm tra lại mã.",
        "Not found, or not for you to see. Check the identifier.",
    )
    NOT_PERMITTED = (
        403,
        "Bạn không có vai trò để thực hiện việc này. Hãy nhờ người có vai trò phù hợp.",
        "Your roles do not allow this. Ask somebody who holds one that does.",
    )
    ILLEGAL_STEP = (
        409,
        "Hồ sơ không ở trạng thái nhận thêm tài liệu; hãy tải lại để xem các bước được phép.",
        "The dossier does not take documents where it stands; reload it to see which steps it takes.",
    )
    VARIABLES_TOO_LARGE = (
        422,
        "Biến của yêu cầu quá lớn; hãy chia nhỏ.",
        "The variables are too large; split them.",
    )
    TOO_MANY_COMMENTS = 422, "Tài liệu có quá nhiều chú thích; hãy bỏ bớt.", "Too many comments; leave some out."
    RESPONSE_TOO_LARGE = (
        422,
        "Câu trả lời quá lớn nên không gửi; hãy giảm first/last hoặc hỏi ít trường hơn.",
        "The answer is too large and was not sent; lower first/last, or ask for fewer fields.",
    )
    RATE_LIMITED = (
        429,
        "Yêu cầu đến quá dày nên không thực hiện; hãy đợi số giây trong retryAfter (Retry-After) rồi gửi lại.",
        "Requests come too fast; nothing was done. Wait the seconds in retryAfter (Retry-After), then send it again.",
    )
    INTERNAL_ERROR = (
        500,
        "Máy chủ gặp lỗi; hãy thử lại, và gửi kèm mã tra cứu lỗi nếu cần trợ giúp.",
        "The server failed; try again, and quote the request id if you need help.",
    )
    UNAVAILABLE = (
        503,
        "Máy chủ đang dừng hoặc quá tải; hãy thử lại sau ít giây.",
        "The server is stopping or busy; try again in a few seconds.",
    )

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.value[0])

    @property
    def message(self) -> str:
        """Vietnamese first, English second."""
        return f"{self.value[1]} · {self.value[2]}"
