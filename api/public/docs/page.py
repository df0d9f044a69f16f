"""The page that shows the API: Swagger UI, fitted for a phone, with the way to the first steps. All of it is ours."""

from typing import Final

PAGE: Final = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Một Cửa – API</title>
<link rel="icon" href="/v1/docs/favicon-32x32.png">
<link rel="stylesheet" href="/v1/docs/swagger-ui.css">
<link rel="stylesheet" href="/v1/docs/page.css">
</head>
<body>
<header class="lead"><p>Lần đầu ở đây? / New here?
<a href="/v1/docs/first-steps">Bước đầu, từng lệnh một / First steps, command by command</a> ·
<a href="/v1/openapi.json">openapi.json</a> · <a href="/verify">Kiểm tra giấy tờ / Check a paper</a></p></header>
<div id="page"></div>
<script src="/v1/docs/swagger-ui-bundle.js"></script>
<script src="/v1/docs/page.js"></script>
</body>
</html>
"""
SCRIPT: Final = (
    'SwaggerUIBundle({url: "/v1/docs/openapi-3.0.json", dom_id: "#page", deepLinking: true, docExpansion: "none", '
    "defaultModelsExpandDepth: 0, filter: true, persistAuthorization: true});\n"
)
# Below 700 px what stood side by side stands below each other, and a path is broken only where it has to be.
STYLE: Final = """body{margin:0}
.lead{background:#1f2328;color:#fff;font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",
sans-serif;padding:.8rem 1.2rem}
.lead p{max-width:90rem;margin:0 auto}
.lead a{color:#9ecbff}
.swagger-ui .opblock .opblock-summary-path{word-break:normal;overflow-wrap:anywhere}
@media (max-width:700px){
.swagger-ui .wrapper{padding:0 10px}
.swagger-ui .info{margin:20px 0}
.swagger-ui .opblock-tag{flex-wrap:wrap;gap:0 10px;font-size:20px;padding:10px 4px}
.swagger-ui .opblock-tag small{flex:1 1 100%;order:3;padding:2px 0 0}
.swagger-ui .opblock .opblock-summary{flex-wrap:wrap;gap:4px 0}
.swagger-ui .opblock .opblock-summary-control{flex-wrap:wrap}
.swagger-ui .opblock .opblock-summary-path{max-width:none;flex:1 1 calc(100% - 120px);font-size:13px;padding:0 6px}
.swagger-ui .opblock .opblock-summary-description{flex:1 1 100%;padding:4px 6px 0}
.swagger-ui .opblock .opblock-summary-method{min-width:64px;font-size:12px;padding:5px 0}
.swagger-ui table.parameters,.swagger-ui table.parameters tbody,.swagger-ui table.parameters tr,
.swagger-ui table.parameters td,
.swagger-ui table.responses-table,.swagger-ui table.responses-table tbody,.swagger-ui table.responses-table tr,
.swagger-ui table.responses-table td{display:block;width:auto}
.swagger-ui table.parameters thead,.swagger-ui table.responses-table thead{display:none}
.swagger-ui .model-example,.swagger-ui .highlight-code{max-width:calc(100vw - 60px);overflow:auto}
}
"""
